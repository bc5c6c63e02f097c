import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DEFAULT_PROFILE } from '../manifests/default-profile.ts'
import { renderManifests, renderSecrets } from '../manifests/manifests.ts'
import { DID_PATTERN, faultOfDid } from '../model/did.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { faultOfName, NAME_MAX_LENGTH, NAME_PATTERN } from '../model/names.ts'
import { hasChanges, plan } from './plan.ts'

const names = fc
  .stringMatching(new RegExp(NAME_PATTERN, 'u'), { maxLength: NAME_MAX_LENGTH })
  .filter((name) => faultOfName(name, []) === undefined)
const dids = fc.stringMatching(new RegExp(DID_PATTERN, 'u')).filter((did) => faultOfDid(did) === undefined)

function everythingFor(name: string, did: string): readonly KubeObject[] {
  const spec = {
    did,
    host: 'localhost',
    mode: 'Managed',
    profile: 'default',
    suspended: false,
    deletionPolicy: 'Delete',
  } as const
  const input = { name, uid: `uid of ${name}`, profile: DEFAULT_PROFILE, spec }
  const { namespace, storage, workloads } = renderManifests(input)
  return [namespace, ...renderSecrets(input, () => 'random'), ...storage, ...workloads]
}

/** The API server keeps `stringData` as `data`. */
function asStored(object: KubeObject): KubeObject {
  const { stringData, ...rest } = structuredClone(object) as KubeObject & { readonly stringData?: object }
  return stringData === undefined ? rest : ({ ...rest, data: stringData } as KubeObject)
}

const reference = everythingFor('reference', 'did:web:reference.example').map(({ kind }) => kind)

describe('the plan for any accepted name and DID', () => {
  it('creates the same kinds of objects in the same order', () => {
    fc.assert(
      fc.property(names, dids, (name, did) => {
        const steps = plan(everythingFor(name, did), [])
        assert.deepEqual(
          steps.map((step) => `${step.do} ${step.object.kind}`),
          reference.map((kind) => `create ${kind}`),
        )
      }),
    )
  })

  it('is empty once its objects are there', () => {
    fc.assert(
      fc.property(names, dids, (name, did) => {
        const wanted = everythingFor(name, did)
        assert.equal(hasChanges(plan(wanted, wanted.map(asStored))), false)
      }),
    )
  })

  it('touches nothing of another participant, whatever the names have in common', () => {
    fc.assert(
      fc.property(names, names, dids, (name, other, did) => {
        fc.pre(name !== other)
        const theirs = everythingFor(other, did)
        const steps = plan(everythingFor(name, did), theirs)
        assert.ok(steps.every((step) => step.do === 'create'))
      }),
    )
  })
})
