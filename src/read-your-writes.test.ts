/** Whoever wrote reads what was written, however far the watches lag. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type EngineDoor, openEngineDoor } from '../test/support/engine-door.ts'
import { eventually } from '../test/support/eventually.ts'
import { openTestCluster } from '../test/support/test-cluster.ts'
import type { Kube } from './kube/kube.ts'
import { RESOURCES } from './model/kubernetes.ts'

const pathOf = (name: string): string => `/api/v1/resources/${name}/status`

const statusOf = async (door: EngineDoor, name: string): Promise<string | undefined> =>
  (await door.get(pathOf(name))).status

async function namesIn(door: EngineDoor, query = ''): Promise<readonly string[]> {
  const { body } = await door.get(`/api/v1/resources?limit=100${query}`)
  return (body as readonly { participantName: string }[]).map(({ participantName }) => participantName)
}

const until = (door: EngineDoor, name: string, status: string): Promise<true> =>
  eventually(async () => (await statusOf(door, name)) === status, { what: `${name} to be ${status}` })

/** Ends a removal that the service cannot see the end of. */
async function finishRemoval(kube: Kube, name: string): Promise<void> {
  await eventually(async () => (await kube.get(RESOURCES.Namespace, { name })) === undefined, {
    what: `namespace ${name} to be gone`,
  })
  await takeFinalizers(kube, name)
  await untilGoneFrom(kube, name)
}

async function takeFinalizers(kube: Kube, name: string): Promise<void> {
  const body = { metadata: { finalizers: null } }
  await kube.patch(RESOURCES.Participant, { name }, { type: 'merge', manager: 'somebody', body })
}

const untilGoneFrom = (kube: Kube, name: string): Promise<true> =>
  eventually(async () => (await kube.get(RESOURCES.Participant, { name })) === undefined, {
    what: `${name} to be gone from the cluster`,
  })

/** Every state that is seen from now on, until the last one is. */
async function statesUntil(door: EngineDoor, name: string, last: string): Promise<ReadonlySet<string>> {
  const seen = new Set<string>()
  await eventually(
    async () => {
      const { status = '' } = await door.get(pathOf(name))
      seen.add(status)
      return status === last
    },
    { what: `${name} to be ${last}` },
  )
  return seen
}

describe('while the watches lag', () => {
  it('a participant is PROVISIONING, and in the list, from its POST on', async () => {
    await using cluster = await openTestCluster()
    await using door = openEngineDoor(cluster.kube)
    await door.ready
    door.watches.hold()
    assert.equal((await door.get(pathOf('acme'))).code, 404)
    assert.equal((await door.post('acme')).code, 200)
    assert.equal(await statusOf(door, 'acme'), 'PROVISIONING')
    assert.deepEqual(await namesIn(door), ['acme'])
    assert.deepEqual(await namesIn(door, '&status=PROVISIONING'), ['acme'])
    assert.equal((await door.post('acme')).code, 200)
    assert.equal(await statusOf(door, 'acme'), 'PROVISIONING')
    door.watches.release()
    assert.deepEqual([...(await statesUntil(door, 'acme', 'READY'))], ['PROVISIONING', 'READY'])
  })

  it('one that is READY is DELETING from its DELETE on, until it is gone', async () => {
    await using cluster = await openTestCluster()
    await using door = openEngineDoor(cluster.kube)
    await door.ready
    await door.post('acme')
    await until(door, 'acme', 'READY')
    door.watches.hold()
    assert.equal((await door.delete('acme')).code, 200)
    assert.equal(await statusOf(door, 'acme'), 'DELETING')
    assert.deepEqual(await namesIn(door, '&status=READY'), [])
    await finishRemoval(cluster.kube, 'acme')
    assert.equal(await statusOf(door, 'acme'), 'DELETING')
    door.watches.release()
    assert.deepEqual([...(await statesUntil(door, 'acme', 'NOT_FOUND'))], ['DELETING', 'NOT_FOUND'])
  })

  it('one that is removed right after its POST is DELETING, and never comes back', async () => {
    await using cluster = await openTestCluster()
    await using door = openEngineDoor(cluster.kube)
    await door.ready
    door.watches.hold()
    await door.post('acme')
    assert.equal((await door.delete('acme')).code, 200)
    assert.equal(await statusOf(door, 'acme'), 'DELETING')
    door.watches.release()
    const seen = await statesUntil(door, 'acme', 'NOT_FOUND')
    assert.ok(
      [...seen].every((status) => status === 'DELETING' || status === 'NOT_FOUND'),
      [...seen].join(),
    )
  })

  it('one that is created under the name of one just removed is PROVISIONING, and its predecessor forgotten', async () => {
    await using cluster = await openTestCluster()
    await using door = openEngineDoor(cluster.kube)
    await door.ready
    await door.post('acme')
    await until(door, 'acme', 'READY')
    door.watches.hold()
    await door.delete('acme')
    await finishRemoval(cluster.kube, 'acme')
    assert.equal((await door.post('acme')).code, 200)
    assert.equal(await statusOf(door, 'acme'), 'PROVISIONING')
    assert.deepEqual(await namesIn(door), ['acme'])
    door.watches.release()
    assert.deepEqual([...(await statesUntil(door, 'acme', 'READY'))], ['PROVISIONING', 'READY'])
  })

  it('one whose deletion is over at once is DELETING until the watches tell, not READY', async () => {
    await using cluster = await openTestCluster()
    await using door = openEngineDoor(cluster.kube)
    await door.ready
    await door.post('acme')
    await until(door, 'acme', 'READY')
    // Somebody took our finalizer away: the deletion is over before it can be seen.
    door.watches.hold()
    await takeFinalizers(cluster.kube, 'acme')
    assert.equal((await door.delete('acme')).code, 200)
    assert.equal(await statusOf(door, 'acme'), 'DELETING')
    door.watches.release()
    await until(door, 'acme', 'NOT_FOUND')
  })
})
