import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KubeObject } from '../model/kubernetes.ts'
import { FIELD_MANAGER } from '../model/names.ts'
import { plan } from './plan.ts'
import { isQuotaInForce } from './quota.ts'

type Amounts = Readonly<Record<string, string>>
const MEMORY = 'requests.memory'

type Quota = KubeObject & { readonly spec: object }

function quota(hard: Amounts): Quota {
  const labels = { 'dataspaces.dev/participant': 'acme' }
  const metadata = { namespace: 'acme', name: 'participant-quota', labels }
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } }
}

/** As the API server shows one of which so much is used. */
function live(
  hard: Amounts,
  used: Amounts,
  by: string = FIELD_MANAGER.reconcile,
): Quota & { readonly status: object } {
  const { metadata, ...rest } = quota(hard)
  const fields = Object.fromEntries(Object.keys(hard).map((name) => [`f:${name}`, {}]))
  const operation = by === FIELD_MANAGER.reconcile ? 'Apply' : 'Update'
  const managedFields = [{ manager: by, operation, fieldsV1: { 'f:spec': { 'f:hard': fields } } }]
  const managed: KubeObject['metadata'] & { readonly managedFields: unknown } = { ...metadata, managedFields }
  return { ...rest, metadata: managed, status: { hard, used } }
}

function planned(wanted: KubeObject, held: KubeObject): readonly [string, unknown] {
  const [step] = plan([wanted], [held])
  assert.ok(step)
  return [step.do, (step.object as KubeObject & { readonly spec: unknown }).spec]
}

describe('a quota', () => {
  it('is not lowered while what runs needs more than half of the new amount', () => {
    const [what, spec] = planned(
      quota({ [MEMORY]: '1Gi', pods: '9' }),
      live({ [MEMORY]: '8Gi', pods: '9' }, { [MEMORY]: '3Gi', pods: '3' }),
    )
    assert.deepEqual([what, spec], ['leave', { hard: { [MEMORY]: '8Gi', pods: '9' } }])
  })

  it('is lowered once what runs needs no more than half of it', () => {
    const wanted = quota({ [MEMORY]: '1Gi' })
    assert.deepEqual(planned(wanted, live({ [MEMORY]: '8Gi' }, { [MEMORY]: '512Mi' })), [
      'apply',
      { hard: { [MEMORY]: '1Gi' } },
    ])
    assert.equal(planned(wanted, live({ [MEMORY]: '8Gi' }, {}))[0], 'apply')
  })

  it('is raised at once', () => {
    const raised = planned(quota({ pods: '20' }), live({ pods: '9' }, { pods: '9' }))
    assert.deepEqual(raised, ['apply', { hard: { pods: '20' } }])
  })

  it('is taken back whatever runs, when somebody else has raised it', () => {
    const held = live({ pods: '100' }, { pods: '50' }, 'somebody-with-kubectl')
    assert.deepEqual(planned(quota({ pods: '9' }), held), ['apply', { hard: { pods: '9' } }])
  })

  it('is in force when the API server counts by it, and never holds anybody up where nobody counts', () => {
    assert.equal(isQuotaInForce(quota({ pods: '20' }), live({ pods: '9' }, {})), false)
    assert.equal(isQuotaInForce(quota({ [MEMORY]: '1Gi' }), live({ [MEMORY]: '1024Mi' }, {})), true)
    assert.equal(isQuotaInForce(quota({ pods: '20' }), quota({ pods: '20' })), true)
  })
})
