/** Tests that nothing is written to another object than the one that was planned for. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import { hasReason } from '../kube/errors.ts'
import type { Kube } from '../kube/kube.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { FIELD_MANAGER } from '../model/names.ts'
import { carryOut } from './carry-out.ts'
import { outcomeOf } from './from-error.ts'

interface Settings extends KubeObject {
  readonly data: Readonly<Record<string, string>>
  readonly immutable?: boolean
}

const settings = (data: Settings['data'], immutable?: true): Settings => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'acme' },
  ...(immutable && { immutable }),
  data,
})
const key = { namespace: 'acme', name: 'settings' }
const { signal } = new AbortController()

async function kubeWith(t: TestContext, object: KubeObject): Promise<{ kube: Kube; live: KubeObject }> {
  const cluster = await openTestCluster()
  t.after(() => cluster[Symbol.asyncDispose]())
  const { kube } = cluster
  await kube.create<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } })
  return { kube, live: await kube.apply(object, { manager: FIELD_MANAGER.reconcile }) }
}

const isConflict = (error: unknown): boolean => hasReason(error, 'Conflict')

/** Somebody else's object under the same name. */
async function replaceBehindOurBack(kube: Kube): Promise<KubeObject> {
  await kube.delete(RESOURCES.ConfigMap, key)
  return await kube.create(settings({ A: 'theirs' }))
}

describe('carrying out a plan', () => {
  it('deletes nothing that was replaced since it was read', async (t) => {
    const { kube, live } = await kubeWith(t, settings({ A: '1' }))
    const theirs = await replaceBehindOurBack(kube)
    await assert.rejects(carryOut({ kube, signal }, { do: 'prune', object: live }), isConflict)
    assert.deepEqual(await kube.get(RESOURCES.ConfigMap, key), theirs)
  })

  it('deletes nothing that was changed since it was read', async (t) => {
    const { kube, live } = await kubeWith(t, settings({ A: '1' }))
    const change = { type: 'merge', manager: 'somebody', body: { data: { B: '2' } } } as const
    await kube.patch(RESOURCES.ConfigMap, key, change)
    await assert.rejects(carryOut({ kube, signal }, { do: 'prune', object: live }), isConflict)
    assert.ok(await kube.get(RESOURCES.ConfigMap, key))
  })

  it('makes nothing anew that was replaced since it was read', async (t) => {
    const { kube, live } = await kubeWith(t, settings({ A: '1' }, true))
    const theirs = await replaceBehindOurBack(kube)
    const object = settings({ A: '2' }, true)
    const step = { do: 'recreate', object, live, differences: [], propagation: 'Background' } as const
    await assert.rejects(carryOut({ kube, signal }, step), isConflict)
    assert.deepEqual(await kube.get(RESOURCES.ConfigMap, key), theirs)
  })

  it('applies nothing to what was replaced since it was read', async (t) => {
    const { kube, live } = await kubeWith(t, settings({ A: '1' }))
    const theirs = await replaceBehindOurBack(kube)
    const step = { do: 'apply', object: settings({ A: '2' }), live, differences: [] } as const
    await assert.rejects(carryOut({ kube, signal }, step), (error) => {
      const outcome = outcomeOf(error, { retryInMs: 5, forbiddenRecheckMs: 50 })
      return outcome.kind === 'waiting' && outcome.reason === 'Conflict'
    })
    assert.deepEqual(await kube.get(RESOURCES.ConfigMap, key), theirs)
  })

  it('refuses to delete without preconditions', async (t) => {
    const { kube } = await kubeWith(t, settings({ A: '1' }))
    await assert.rejects(
      carryOut({ kube, signal }, { do: 'prune', object: settings({}) }),
      /bug: .*without preconditions/u,
    )
    assert.ok(await kube.get(RESOURCES.ConfigMap, key))
  })

  it('makes an object with an immutable field anew, at once where nothing holds it', async (t) => {
    const { kube, live } = await kubeWith(t, settings({ A: '1' }, true))
    const object = settings({ A: '2' }, true)
    const step = { do: 'recreate', object, live, differences: [], propagation: 'Background' } as const
    assert.equal(await carryOut({ kube, signal }, step), 'written')
    const now = await kube.get<Settings>(RESOURCES.ConfigMap, key)
    assert.deepEqual(now?.data, { A: '2' })
    assert.notEqual(now.metadata.uid, live.metadata.uid)
  })

  it('says that it has to wait for an object that a finalizer holds', async (t) => {
    const held = settings({ A: '1' }, true)
    const metadata = { ...held.metadata, finalizers: ['example.org/hold'] }
    const { kube, live } = await kubeWith(t, { ...held, metadata } as KubeObject)
    const object = settings({ A: '2' }, true)
    const step = { do: 'recreate', object, live, differences: [], propagation: 'Background' } as const
    assert.equal(await carryOut({ kube, signal }, step), 'gone')
    assert.deepEqual((await kube.get<Settings>(RESOURCES.ConfigMap, key))?.data, { A: '1' })
  })

  const secret = (stringData: object, annotations = {}): KubeObject =>
    ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: 'acme', annotations },
      type: 'Opaque',
      stringData,
    }) as KubeObject
  const at = { namespace: 'acme', name: 'keys' }

  it('gives a Secret new values and their mark in one write, and keeps what others put there', async (t) => {
    const { kube, live } = await kubeWith(t, secret({ a: 'old', ofOthers: 'kept' }))
    const object = secret({ a: 'new' }, { mark: 'second' })
    assert.equal(await carryOut({ kube, signal }, { do: 'rotate', object, live }), 'written')
    const now = await kube.get<Settings>(RESOURCES.Secret, at)
    assert.deepEqual(now?.data, { a: btoa('new'), ofOthers: btoa('kept') })
    assert.deepEqual(now.metadata.annotations, { mark: 'second' })
    assert.equal(now.metadata.uid, live.metadata.uid)
  })

  it('writes to no Secret that was written since it was read', async (t) => {
    const { kube, live } = await kubeWith(t, secret({ a: 'old' }))
    const object = secret({ a: 'new', b: 'new' }, { mark: 'second' })
    await carryOut({ kube, signal }, { do: 'rotate', object, live })
    const first = await kube.get(RESOURCES.Secret, at)
    const other = secret({ a: 'other', b: 'other' }, { mark: 'second' })
    for (const what of ['rotate', 'complete'] as const)
      await assert.rejects(carryOut({ kube, signal }, { do: what, object: other, live }), isConflict)
    assert.deepEqual(await kube.get(RESOURCES.Secret, at), first)
  })
})
