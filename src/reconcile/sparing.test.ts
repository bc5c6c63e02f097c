/** Tests which calls a reconciler is spared for participants at rest, and that nothing goes unnoticed for it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import {
  createParticipant,
  eventuallyDone,
  eventuallyStep,
  openProvisioning,
  type Provisioning,
  type ProvisioningOptions,
} from '../../test/support/provisioning.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import { watchWrites } from '../../test/support/watched-writes.ts'
import type { Kube } from '../kube/kube.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { PARTICIPANT_LABEL } from '../model/names.ts'

interface Settings extends KubeObject {
  readonly data: Readonly<Record<string, string>>
}

const SETTINGS = { namespace: 'acme', name: 'controlplane-settings' }

/** The same Kube; `calls` gets `list configmaps acme`, `get secrets acme/vault`, `apply Service acme/vault`. */
function counted(kube: Kube): { readonly kube: Kube; readonly calls: string[] } {
  const calls: string[] = []
  const writing = watchWrites(kube, { before: (write) => calls.push(write) })
  return {
    calls,
    kube: {
      ...writing,
      get: (resource, key, options) => {
        calls.push(`get ${resource.plural} ${key.namespace ?? ''}/${key.name}`)
        return kube.get(resource, key, options)
      },
      list: (resource, options) => {
        calls.push(`list ${resource.plural} ${options?.namespace ?? options?.labelSelector ?? ''}`)
        return kube.list(resource, options)
      },
    },
  }
}

/** Lets a pass over this participant happen and end: one more is made and waited for, one after the other. */
async function afterPass(kube: Kube, { reconciler }: Provisioning, name: string): Promise<void> {
  reconciler.enqueue(name)
  const next = `after-${crypto.randomUUID().slice(0, 8)}`
  await createParticipant(kube, next)
  await eventuallyStep(kube, next, { name: 'readiness', state: 'Waiting' })
}

async function settingsOf(kube: Kube): Promise<Settings> {
  return await eventually(() => kube.get<Settings>(RESOURCES.ConfigMap, SETTINGS), { what: 'the settings' })
}

/** As somebody with kubectl would. */
async function spoilSettings(kube: Kube): Promise<Settings> {
  const before = await settingsOf(kube)
  const [key = ''] = Object.keys(before.data)
  const body = { data: { [key]: 'spoilt' } }
  await kube.patch(RESOURCES.ConfigMap, SETTINGS, { type: 'merge', body, manager: 'somebody' })
  return before
}

async function eventuallyRepaired(kube: Kube, { data }: Settings): Promise<void> {
  await eventually(async () => JSON.stringify((await settingsOf(kube)).data) === JSON.stringify(data), {
    what: 'the settings to be ours again',
  })
}

const about = (calls: readonly string[], name: string): readonly string[] =>
  calls.filter((call) => new RegExp(`[ /]${name}(?:/|$)`, 'u').test(call))

const withCalls = (kube: Kube): { calls: string[]; options: ProvisioningOptions } => {
  const { kube: writeWith, calls } = counted(kube)
  return { calls, options: { kube, writeWith, concurrency: 1 } }
}

describe('a participant at rest', () => {
  it('costs no call at all in a further pass', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    const { calls, options } = withCalls(kube)
    await using provisioning = await openProvisioning(options)
    await createParticipant(kube, 'acme')
    await eventuallyDone(kube, 'acme')
    calls.length = 0
    await afterPass(kube, provisioning, 'acme')
    assert.deepEqual(about(calls, 'acme'), [])
    assert.notEqual(calls.length, 0)
  })

  it('is read again after a pass that wrote something', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    const { calls, options } = withCalls(kube)
    await using provisioning = await openProvisioning(options)
    await createParticipant(kube, 'acme')
    await eventuallyStep(kube, 'acme', { name: 'readiness', state: 'Waiting' })
    calls.length = 0
    await afterPass(kube, provisioning, 'acme')
    assert.ok(about(calls, 'acme').includes('list configmaps acme'), calls.join())
  })

  it('gets back at once what a watch tells of', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await eventuallyDone(kube, 'acme')
    const key = { namespace: 'acme', name: 'dataplane' }
    const body = { spec: { replicas: 3 } }
    await kube.patch(RESOURCES.Deployment, key, { type: 'merge', body, manager: 'somebody' })
    await eventually(
      async () =>
        (await kube.get<KubeObject & { spec: { replicas: number } }>(RESOURCES.Deployment, key))?.spec
          .replicas === 1,
      { what: 'the replicas to be ours again' },
    )
  })

  it('gets back by time what no watch tells of', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({
      kube,
      tuning: { resyncMs: 400, unreadyLookMs: 200 },
    })
    await createParticipant(kube, 'acme')
    await eventuallyDone(kube, 'acme')
    await eventuallyRepaired(kube, await spoilSettings(kube))
  })
})

describe('a start', () => {
  it('reads those at rest together, one list a kind, and Secrets by name', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await madeBefore(kube, ['acme', 'beta', 'gamma'])
    const { calls, options } = withCalls(kube)
    await afterStart(options, 3)
    const lists = calls.filter((call) => call.startsWith('list') && call.includes(PARTICIPANT_LABEL))
    assert.equal(new Set(lists).size, lists.length, lists.join())
    assert.ok(
      lists.every((call) => /acme.*beta.*gamma/u.test(call)),
      lists.join(),
    )
    assert.ok(lists.length >= 7, lists.join())
    for (const name of ['acme', 'beta', 'gamma']) {
      const alone = about(calls, name)
      assert.ok(alone.length > 0 && alone.every((call) => call.startsWith('get secrets')), alone.join())
    }
  })

  it('reads no more than it is told to at a time', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await madeBefore(kube, ['acme', 'beta', 'gamma'])
    const { calls, options } = withCalls(kube)
    await afterStart({ ...options, tuning: { readTogether: 2 } }, 3)
    const lists = calls.filter((call) => call.startsWith('list configmaps'))
    assert.equal(lists.filter((call) => call.includes(PARTICIPANT_LABEL)).length, 2, lists.join())
  })

  it('finds what was changed meanwhile, and puts it right', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await madeBefore(kube, ['acme', 'beta'])
    const before = await spoilSettings(kube)
    await using _provisioning = await openProvisioning({ kube })
    await eventuallyRepaired(kube, before)
  })

  it('does not take an object without our labels for a missing one', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await madeBefore(kube, ['acme', 'beta'])
    await kube.delete(RESOURCES.ConfigMap, SETTINGS)
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: SETTINGS, data: { A: 'theirs' } }
    await kube.create<KubeObject>(theirs)
    await using _provisioning = await openProvisioning({ kube })
    await eventuallyStep(kube, 'acme', { name: 'workloads', state: 'Stalled', reason: 'ObjectForeign' })
    assert.deepEqual((await settingsOf(kube)).data, { A: 'theirs' })
  })

  it('goes on one by one when the lists cannot be had', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await madeBefore(kube, ['acme'])
    const before = await spoilSettings(kube)
    const writeWith: Kube = {
      ...watchWrites(kube, {}),
      list: (resource, options) =>
        options?.namespace === undefined
          ? Promise.reject(new Error('no lists of everything'))
          : kube.list(resource, options),
    }
    await using _provisioning = await openProvisioning({ kube, writeWith })
    await eventuallyRepaired(kube, before)
  })
})

/** A start, and its end after so many passes. */
async function afterStart(options: ProvisioningOptions, passes: number): Promise<void> {
  let count = 0
  await using _provisioning = await openProvisioning({ ...options, onPass: () => (count += 1) })
  await eventually(() => count >= passes, { what: 'a pass over each' })
}

/** Participants at rest, whose process has ended. */
async function madeBefore(kube: Kube, names: readonly string[]): Promise<void> {
  await using _provisioning = await openProvisioning({ kube })
  for (const name of names) {
    await createParticipant(kube, name)
    await eventuallyDone(kube, name)
  }
}
