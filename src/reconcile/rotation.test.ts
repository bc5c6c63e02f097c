/** Tests that generated values change when a person asks, once for each request, and for no other reason. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { createParticipant, eventuallyStep, openProvisioning } from '../../test/support/provisioning.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import { watchWrites } from '../../test/support/watched-writes.ts'
import type { Kube } from '../kube/kube.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { ASKS, MANAGED_BY_LABEL, ROTATION_ANNOTATION } from '../model/names.ts'

const SECRETS = ['postgres-credentials', 'identityhub-credentials', 'controlplane-credentials'] as const
const READERS = ['postgres', 'identityhub', 'controlplane', 'dataplane'] as const

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}
type Contents = ReadonlyMap<string, Readonly<Record<string, string>>>

async function contentsOf(kube: Kube): Promise<Contents> {
  const read = SECRETS.map(async (name) => {
    const secret = await kube.get<Secret>(RESOURCES.Secret, { namespace: 'acme', name })
    return [name, secret?.data ?? {}] as const
  })
  return new Map(await Promise.all(read))
}

function assertAllNew(before: Contents, now: Contents): void {
  for (const [name, values] of now) {
    const old = before.get(name) ?? {}
    assert.deepEqual(Object.keys(values).toSorted(), Object.keys(old).toSorted(), name)
    for (const [key, value] of Object.entries(values)) assert.notEqual(value, old[key], `${name} ${key}`)
  }
}

async function ask(kube: Kube, request: string | null): Promise<void> {
  const body = { metadata: { annotations: { [ASKS.rotate]: request } } }
  await kube.patch(RESOURCES.Participant, { name: 'acme' }, { type: 'merge', body, manager: 'somebody' })
}

/** The request that the pods of a workload were started for. */
async function markOf(kube: Kube, name: string): Promise<string | undefined> {
  const resource = name === 'postgres' ? RESOURCES.StatefulSet : RESOURCES.Deployment
  const found = await kube.get<
    KubeObject & {
      readonly spec: { readonly template: { readonly metadata: KubeObject['metadata'] } }
    }
  >(resource, { namespace: 'acme', name })
  return found?.spec.template.metadata.annotations?.[ROTATION_ANNOTATION]
}

async function untilMarked(kube: Kube, request: string | undefined): Promise<void> {
  await eventually(
    async () => {
      const marks = await Promise.all(READERS.map((name) => markOf(kube, name)))
      return marks.every((mark) => mark === request)
    },
    { what: `every reader of a Secret to be marked with ${request ?? 'nothing'}` },
  )
}

async function provisioned(kube: Kube): Promise<void> {
  await eventuallyStep(kube, 'acme', { name: 'readiness', state: 'Waiting' })
}

describe('generated values', () => {
  it('are all replaced once when a person asks, and the pods that read them are marked', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    const patched: string[] = []
    const writeWith = watchWrites(kube, {
      before: (write) => void (write.startsWith('patch Secret') && patched.push(write)),
    })
    await using _provisioning = await openProvisioning({ kube, writeWith })
    await createParticipant(kube, 'acme')
    await provisioned(kube)
    const first = await contentsOf(kube)
    await ask(kube, 'first')
    await untilMarked(kube, 'first')
    const second = await contentsOf(kube)
    assertAllNew(first, second)
    await ask(kube, 'second')
    await untilMarked(kube, 'second')
    assertAllNew(second, await contentsOf(kube))
    const each = SECRETS.map((name) => `patch Secret acme/${name}`)
    assert.deepEqual(patched, [...each, ...each])
    const values = [...(await contentsOf(kube)).values()].flatMap((data) => Object.values(data))
    assert.equal(new Set(values).size, values.length, 'a value stands in two places')
  })

  it('stay when the request is taken away or the process starts again, and when it was there from the beginning', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await createParticipant(kube, 'acme')
    await ask(kube, 'from the beginning')
    const first = await (async () => {
      await using _provisioning = await openProvisioning({ kube })
      await untilMarked(kube, 'from the beginning')
      return await contentsOf(kube)
    })()
    await using provisioning = await openProvisioning({ kube })
    await provisioned(kube)
    provisioning.reconciler.disturb('acme')
    await ask(kube, null)
    await untilMarked(kube, undefined)
    assert.deepEqual(await contentsOf(kube), first)
  })

  it('are replaced once for a request even if the process dies at any of its writes', async () => {
    for (let n = 1, died = true; died; n += 1) {
      await using cluster = await openTestCluster()
      const { kube } = cluster
      await createParticipant(kube, 'acme')
      {
        await using _first = await openProvisioning({ kube })
        await provisioned(kube)
      }
      const before = await contentsOf(kube)
      await ask(kube, 'once')
      const sent: string[] = []
      died = await diesAtWrite(kube, n, sent)
      const inBetween = await contentsOf(kube)
      {
        const writeWith = watchWrites(kube, { before: (write) => void sent.push(write) })
        await using _second = await openProvisioning({ kube, writeWith })
        await untilMarked(kube, 'once')
      }
      const now = await contentsOf(kube)
      assertAllNew(before, now)
      const secrets = sent.filter((write) => write.startsWith('patch Secret'))
      assert.equal(secrets.length, SECRETS.length, `after death at write ${n}: ${secrets.join(', ')}`)
      for (const [name, values] of inBetween)
        if (values !== undefined && !isSame(values, before.get(name)))
          assert.deepEqual(now.get(name), values, `${name} changed twice, after death at write ${n}`)
    }
  })

  it('that are missing are added, told by the name of their keys, and the others stay', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await provisioned(kube)
    const before = await contentsOf(kube)
    const body = { data: { 'dataplane-password': null, 'added-by-hand': btoa('kept') } }
    const key = { namespace: 'acme', name: 'postgres-credentials' }
    await kube.patch(RESOURCES.Secret, key, { type: 'merge', body, manager: 'somebody' })
    provisioning.reconciler.disturb('acme')
    const completed = await eventually(
      async () => {
        const data = (await contentsOf(kube)).get('postgres-credentials')
        return data?.['dataplane-password'] !== undefined && data
      },
      { what: 'the key to be there again' },
    )
    const { 'dataplane-password': lost, ...others } = before.get('postgres-credentials') ?? {}
    const { 'dataplane-password': made, 'added-by-hand': added, ...kept } = completed
    assert.deepEqual([kept, added], [others, btoa('kept')])
    assert.notEqual(made, lost)
    const step = await eventuallyStep(kube, 'acme', {
      name: 'secrets',
      state: 'Done',
      message: 'added to Secret "postgres-credentials" what it lacked: dataplane-password',
    })
    assert.ok(!JSON.stringify(step).includes(atob(made ?? '')))
  })

  it('of somebody else are left alone, and the step says whose they are', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube })
    await createParticipant(kube, 'acme')
    await provisioned(kube)
    const before = await contentsOf(kube)
    const body = { metadata: { labels: { [MANAGED_BY_LABEL]: 'helm' } } }
    const key = { namespace: 'acme', name: 'controlplane-credentials' }
    await kube.patch(RESOURCES.Secret, key, { type: 'merge', body, manager: 'helm' })
    await ask(kube, 'now')
    await eventuallyStep(kube, 'acme', { name: 'secrets', state: 'Stalled', reason: 'ObjectForeign' })
    assert.deepEqual(await contentsOf(kube), before)
  })

  it('wait while the cache shows a request that the cluster has replaced by another', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    const get: Kube['get'] = async (resource, key, options) => {
      const found = await kube.get(resource, key, options)
      if (resource.kind !== 'Participant' || found === undefined) return found as never
      const annotations = { [ASKS.rotate]: 'a later one' }
      return { ...found, metadata: { ...found.metadata, annotations } } as never
    }
    await createParticipant(kube, 'acme')
    {
      await using _provisioning = await openProvisioning({ kube })
      await provisioned(kube)
    }
    const before = await contentsOf(kube)
    await using _ahead = await openProvisioning({ kube, writeWith: { ...watchWrites(kube, {}), get } })
    await ask(kube, 'an earlier one')
    await eventuallyStep(kube, 'acme', { name: 'secrets', state: 'Waiting', reason: 'RotationOutdated' })
    assert.deepEqual(await contentsOf(kube), before)
  })
})

function isSame(left: object, right: object | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

/** A process whose n-th write is carried out but never answered. False when it was done before that. */
async function diesAtWrite(kube: Kube, n: number, sent: string[]): Promise<boolean> {
  const death = Promise.withResolvers<true>()
  const dead = (): never => {
    death.resolve(true)
    throw new Error('this process was killed')
  }
  let writes = 0
  const writeWith = watchWrites(kube, {
    before: (write) => {
      if (writes >= n) dead()
      writes += 1
      sent.push(write)
    },
    after: () => {
      if (writes >= n) dead()
    },
  })
  await using _provisioning = await openProvisioning({ kube, writeWith })
  return await Promise.race([death.promise, untilMarked(kube, 'once').then(() => false)])
}
