/** Tests that a process which dies at any write leaves nothing that the next one cannot finish. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import {
  createParticipant,
  eventuallyStep,
  openProvisioning,
  participantIn,
} from '../../test/support/provisioning.ts'
import { openTestCluster, type TestCluster } from '../../test/support/test-cluster.ts'
import { watchWrites } from '../../test/support/watched-writes.ts'
import type { Kube } from '../kube/kube.ts'
import { type KubeObject, type Resource, RESOURCES } from '../model/kubernetes.ts'
import { FIELD_MANAGER, MANAGED_BY_LABEL, REPLACING_ANNOTATION, RETAINED_ANNOTATION } from '../model/names.ts'
import { COMPONENTS } from '../model/participant.ts'

/** What the reconciler writes into a namespace; pods and the like are made by controllers in their own time. */
const WRITTEN: readonly Resource[] = [
  RESOURCES.Secret,
  RESOURCES.ConfigMap,
  RESOURCES.Service,
  RESOURCES.ServiceAccount,
  RESOURCES.PersistentVolumeClaim,
  RESOURCES.Deployment,
  RESOURCES.StatefulSet,
]

/**
 * A Kube that is dead from its n-th write on: that one is carried out, its answer never arrives. For the cluster, to die
 * before the next write is the same.
 */
function dyingKube(kube: Kube, n: number): { readonly kube: Kube; readonly dead: Promise<void> } {
  const death = Promise.withResolvers<void>()
  let writes = 0
  const die = (): never => {
    death.resolve()
    throw new Error('this process was killed')
  }
  const wrapped = watchWrites(kube, {
    before: () => {
      if (writes >= n) die()
      writes += 1
    },
    after: () => {
      if (writes >= n) die()
    },
  })
  return { kube: wrapped, dead: death.promise }
}

/** Runs a reconciler that dies at its n-th write. False when it was at rest before it got there. */
async function runUntilDeath(
  { kube }: TestCluster,
  n: number,
  rested: (kube: Kube) => Promise<unknown>,
): Promise<boolean> {
  const dying = dyingKube(kube, n)
  await using _provisioning = await openProvisioning({ kube, writeWith: dying.kube })
  return await Promise.race([dying.dead.then(() => true), rested(kube).then(() => false)])
}

async function provisioned(kube: Kube): Promise<void> {
  await eventuallyStep(kube, 'acme', { name: 'readiness', state: 'Waiting' })
}

/** Another pod template of every component. */
async function askForMore(kube: Kube): Promise<void> {
  const more = { resources: { limits: { memory: '700Mi' } } }
  const components = Object.fromEntries(COMPONENTS.map((name) => [name, more]))
  const patch = { type: 'merge', manager: 'somebody', body: { spec: { components } } } as const
  await kube.patch(RESOURCES.Participant, { name: 'acme' }, patch)
}

async function upgraded(kube: Kube): Promise<void> {
  await eventually(
    async () => {
      const acme = await participantIn(kube, 'acme')
      const { observedGeneration, steps = [] } = acme?.status ?? {}
      const isDone = steps.some(({ name, state }) => name === 'workloads' && state === 'Done')
      return isDone && observedGeneration === acme?.metadata.generation
    },
    { what: 'the upgrade to be over', withinMs: 30_000 },
  )
}

async function removed(kube: Kube): Promise<void> {
  await eventually(async () => (await participantIn(kube, 'acme')) === undefined, { what: 'acme to be gone' })
}

async function writtenObjects(kube: Kube): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(WRITTEN.map((resource) => kube.list(resource, { namespace: 'acme' })))
  return lists.flatMap(({ items }) => items).filter(({ metadata }) => metadata.labels?.[MANAGED_BY_LABEL])
}

/** What the cluster adds by chance. */
const CHOSEN_BY_CLUSTER: ReadonlySet<string> = new Set(['volumeName', 'clusterIP', 'clusterIPs'])

/** Labels and content of all that is there, by kind and name; of Secrets only the keys. */
async function pictureOf(kube: Kube): Promise<ReadonlyMap<string, string>> {
  const objects = (await writtenObjects(kube)).map((object) => {
    const { kind, metadata, spec, data } = object as KubeObject & { spec?: object; data?: object }
    const content = [metadata.labels, kind === 'Secret' ? Object.keys(data ?? {}) : [spec, data]]
    const text = JSON.stringify(content, (field, value: unknown) =>
      CHOSEN_BY_CLUSTER.has(field) ? null : value,
    )
    return [`${kind} ${metadata.name}`, text] as const
  })
  return new Map(objects)
}

function assertSamePicture(
  actual: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
  when: string,
): void {
  const names = [...new Set([...actual.keys(), ...expected.keys()])]
  const differing = names.filter((name) => actual.get(name) !== expected.get(name))
  assert.deepEqual(differing, [], `objects that differ ${when}`)
}

async function secretValues(kube: Kube): Promise<ReadonlyMap<string, unknown>> {
  const secrets = (await writtenObjects(kube)).filter(({ kind }) => kind === 'Secret')
  return new Map(secrets.map((secret) => [secret.metadata.name, (secret as { data?: unknown }).data]))
}

describe('a process that is killed at any of its writes', () => {
  it('leaves a creation that the next one finishes, without changing a Secret', async () => {
    await using whole = await openTestCluster()
    await createParticipant(whole.kube, 'acme')
    await runUntilDeath(whole, Infinity, provisioned)
    const expected = await pictureOf(whole.kube)
    for (let n = 1, died = true; died; n += 1) {
      await using cluster = await openTestCluster()
      await createParticipant(cluster.kube, 'acme')
      died = await runUntilDeath(cluster, n, provisioned)
      const before = await secretValues(cluster.kube)
      await runUntilDeath(cluster, Infinity, provisioned)
      assertSamePicture(await pictureOf(cluster.kube), expected, `after death at write ${n}`)
      const after = await secretValues(cluster.kube)
      for (const [name, data] of before) assert.deepEqual(after.get(name), data, `Secret ${name} changed`)
    }
  })

  it('leaves an upgrade that the next one finishes, component by component', async () => {
    await using whole = await openTestCluster()
    await createParticipant(whole.kube, 'acme')
    await runUntilDeath(whole, Infinity, provisioned)
    await askForMore(whole.kube)
    await runUntilDeath(whole, Infinity, upgraded)
    const expected = await pictureOf(whole.kube)
    for (let n = 1, died = true; died; n += 1) {
      await using cluster = await openTestCluster()
      await createParticipant(cluster.kube, 'acme')
      await runUntilDeath(cluster, Infinity, provisioned)
      await askForMore(cluster.kube)
      died = await runUntilDeath(cluster, n, upgraded)
      await runUntilDeath(cluster, Infinity, upgraded)
      assertSamePicture(await pictureOf(cluster.kube), expected, `after death at write ${n}`)
      const marked = (await writtenObjects(cluster.kube)).filter(
        ({ metadata }) => metadata.annotations?.[REPLACING_ANNOTATION],
      )
      assert.deepEqual(marked, [])
    }
  })

  it('leaves a deletion that the next one finishes', async () => {
    for (let n = 1, died = true; died; n += 1) {
      await using cluster = await openTestCluster()
      const { kube } = cluster
      await createParticipant(kube, 'acme')
      await runUntilDeath(cluster, Infinity, provisioned)
      await kube.delete(RESOURCES.Participant, { name: 'acme' })
      died = await runUntilDeath(cluster, n, removed)
      await runUntilDeath(cluster, Infinity, removed)
      assert.equal(await kube.get(RESOURCES.Namespace, { name: 'acme' }), undefined)
    }
  })

  it('leaves a removal with the policy Retain that the next one finishes, with everything kept', async () => {
    for (let n = 1, died = true; died; n += 1) {
      await using cluster = await openTestCluster()
      const { kube } = cluster
      await createParticipant(kube, 'acme', { deletionPolicy: 'Retain' })
      await runUntilDeath(cluster, Infinity, provisioned)
      const before = await secretValues(kube)
      await kube.delete(RESOURCES.Participant, { name: 'acme' })
      died = await runUntilDeath(cluster, n, removed)
      await runUntilDeath(cluster, Infinity, removed)
      const { metadata } = (await kube.get(RESOURCES.Namespace, { name: 'acme' })) ?? {}
      assert.ok(metadata?.annotations?.[RETAINED_ANNOTATION])
      assert.equal(metadata.deletionTimestamp, undefined)
      assert.deepEqual(await secretValues(kube), before)
    }
  })
})

it('two processes that make a Secret at the same moment end up with the values of the first', async () => {
  await using cluster = await openTestCluster()
  const { kube } = cluster
  const first = new Map<string, unknown>()
  /** Whatever is written as Secret, somebody with the same manager writes it just before, with other values. */
  const overtake = async (object: KubeObject): Promise<void> => {
    if (object.kind !== 'Secret') return
    const keys = Object.keys((object as { stringData?: object }).stringData ?? {})
    const other = { ...object, stringData: Object.fromEntries(keys.map((name) => [name, 'of the first'])) }
    const made = await kube.apply(other, { manager: FIELD_MANAGER.reconcile, force: true })
    first.set(made.metadata.name, (made as { data?: unknown }).data)
  }
  const writeWith: Kube = {
    ...watchWrites(kube, {}),
    create: async (object, options) => {
      await overtake(object)
      return await kube.create(object, options)
    },
    apply: async (object, options) => {
      await overtake(object)
      return await kube.apply(object, options)
    },
  }
  await using _provisioning = await openProvisioning({ kube, writeWith })
  await createParticipant(kube, 'acme')
  await provisioned(kube)
  assert.ok(first.size > 0)
  assert.deepEqual(await secretValues(kube), first)
})
