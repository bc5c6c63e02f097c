/** Tests which routes end, and that a cluster without the Gateway API has none. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant } from '../../../test/support/builders.ts'
import { RecordedLog } from '../../../test/support/recorded-log.ts'
import { refusal } from '../../../test/support/scripted-kube.ts'
import type { DeleteOptions, Kube } from '../../kube/kube.ts'
import { type KubeObject, type Resource, RESOURCES } from '../../model/kubernetes.ts'
import {
  FIELD_MANAGER,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  OWNER_ANNOTATION,
  PARTICIPANT_LABEL,
} from '../../model/names.ts'
import type { Outcome } from '../../model/outcome.ts'
import { DEFAULT_TUNING } from '../tuning.ts'
import type { Work } from '../work.ts'
import { removeRoutes } from './remove-routes.ts'

interface Differs {
  readonly manager?: string
  readonly managedBy?: string
  readonly finalizers?: readonly string[]
  readonly deletionTimestamp?: string
}

function route(kind: 'Ingress' | 'HTTPRoute', name: string, differs: Differs = {}): KubeObject {
  const { manager = FIELD_MANAGER.reconcile, managedBy = MANAGED_BY, ...more } = differs
  const { group, version } = RESOURCES[kind]
  return {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: {
      namespace: 'acme',
      name,
      uid: `uid-${name}`,
      resourceVersion: '5',
      labels: { [MANAGED_BY_LABEL]: managedBy, [PARTICIPANT_LABEL]: 'acme' },
      managedFields: [{ manager, operation: 'Apply', fieldsV1: {} }],
      ...more,
    } as KubeObject['metadata'],
  }
}

interface Cluster {
  readonly routes: readonly KubeObject[]
  readonly owner?: string
  /** Kinds that it does not serve, and how it says so. */
  readonly refused?: Readonly<Record<string, Error>>
}

async function run({ routes, owner = 'uid-acme', refused = {} }: Cluster) {
  const deleted: unknown[] = []
  const namespace = { labels: { [PARTICIPANT_LABEL]: 'acme' }, annotations: { [OWNER_ANNOTATION]: owner } }
  const kube = {
    get: async () => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme', ...namespace } }),
    list: async ({ kind }: Resource) => {
      if (refused[kind] !== undefined) throw refused[kind]
      return { items: routes.filter((each) => each.kind === kind), resourceVersion: '1' }
    },
    delete: async ({ kind }: Resource, { name }: { readonly name: string }, options: DeleteOptions) => {
      deleted.push([kind, name, options.uid, options.resourceVersion])
      return undefined
    },
  } as unknown as Kube
  const work = {
    kube,
    name: 'acme',
    uid: 'uid-acme',
    participant: aParticipant(),
    log: new RecordedLog(),
    tuning: DEFAULT_TUNING,
    signal: AbortSignal.timeout(5_000),
  } as unknown as Work
  const outcome: Outcome = await removeRoutes.run(work)
  return { outcome, deleted }
}

describe('the routes of a participant that is removed', () => {
  it('are deleted by uid and version, of both kinds', async () => {
    const { outcome, deleted } = await run({ routes: [route('HTTPRoute', 'a'), route('Ingress', 'b')] })
    assert.deepEqual(deleted, [
      ['HTTPRoute', 'a', 'uid-a', '5'],
      ['Ingress', 'b', 'uid-b', '5'],
    ])
    assert.equal(outcome.kind, 'done')
  })

  it('are not those that somebody else made, whatever their labels', async () => {
    const routes = [route('Ingress', 'a', { manager: 'kubectl' }), route('Ingress', 'b', { managedBy: 'me' })]
    assert.deepEqual((await run({ routes })).deleted, [])
  })

  it('are left alone in a namespace that is not its own', async () => {
    assert.deepEqual((await run({ routes: [route('Ingress', 'a')], owner: 'uid-other' })).deleted, [])
  })

  it('are waited for while a finalizer holds them, and not deleted twice', async () => {
    const held = route('HTTPRoute', 'a', { finalizers: ['x/y'], deletionTimestamp: '2026-01-01T00:00:00Z' })
    const { outcome, deleted } = await run({ routes: [held] })
    assert.deepEqual(deleted, [])
    assert.ok(outcome.kind === 'waiting')
    assert.equal(outcome.message, 'HTTPRoute "a" is being deleted and held by "x/y"')
  })

  it('are none of a kind that the cluster does not serve', async () => {
    const refused = { HTTPRoute: refusal(404, 'NotFound') }
    const { outcome, deleted } = await run({ routes: [route('Ingress', 'b')], refused })
    assert.equal(deleted.length, 1)
    assert.equal(outcome.kind, 'done')
  })

  it('are not taken for none when they could not be read', async () => {
    const refused = { Ingress: refusal(403, 'Forbidden') }
    await assert.rejects(run({ routes: [], refused }), refused.Ingress)
  })
})
