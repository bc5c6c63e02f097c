import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SpecError } from '../model/errors.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import type { ParticipantSpec } from '../model/participant.ts'
import type { Profile } from '../model/profile.ts'
import { DEFAULT_PROFILE } from './default-profile.ts'
import { renderManifests } from './manifests.ts'

interface Limits extends KubeObject {
  readonly spec: {
    readonly hard: Readonly<Record<string, string>>
    readonly limits: readonly {
      readonly default: Readonly<Record<string, string>>
      readonly defaultRequest: Readonly<Record<string, string>>
    }[]
  }
}

function policyOf(
  kind: 'ResourceQuota' | 'LimitRange',
  components: ParticipantSpec['components'] = {},
  profile: Profile = DEFAULT_PROFILE,
): Limits['spec'] {
  const { policies } = renderManifests({
    name: 'acme',
    uid: 'uid',
    profile,
    spec: {
      did: 'did:web:acme.example',
      host: 'localhost',
      mode: 'Managed',
      profile: 'default',
      suspended: false,
      deletionPolicy: 'Delete',
      components,
    },
  })
  return ((policies.find((object) => object.kind === kind) ?? assert.fail(kind)) as Limits).spec
}

describe('the quota of a participant', () => {
  it('has room for every pod twice and for the surge of a roll-out', () => {
    assert.deepEqual(policyOf('ResourceQuota').hard, {
      // 2 × (50 + 25) + 3 × 3 × 100
      'requests.cpu': '1050m',
      'requests.memory': '2816Mi',
      // 2 × (1000 + 500) + 3 × 3 × 1000
      'limits.cpu': '12',
      'limits.memory': '6Gi',
      pods: '13',
      persistentvolumeclaims: '4',
      'requests.storage': '12Gi',
      'services.nodeports': '0',
      'services.loadbalancers': '0',
    })
  })

  it('grows with the overrides of a participant', () => {
    const { hard } = policyOf('ResourceQuota', {
      controlplane: { replicas: 5, resources: { requests: { memory: '1Gi' }, limits: { memory: '2Gi' } } },
      postgres: { storage: '100Gi' },
    })
    assert.equal(hard['pods'], '21')
    assert.equal(hard['requests.storage'], '202Gi')
    assert.equal(hard['limits.memory'], `${2 * (512 + 256) + 11 * 2048 + 2 * 3 * 512}Mi`)
  })

  it('counts what the API server fills in where a profile leaves amounts open', () => {
    const dataplane = { ...DEFAULT_PROFILE.components.dataplane, resources: { limits: { cpu: '2' } } }
    const components = { ...DEFAULT_PROFILE.components, dataplane }
    const { hard } = policyOf('ResourceQuota', {}, { ...DEFAULT_PROFILE, components })
    // The request is the limit where only that is given, and the default of the LimitRange where neither is.
    assert.equal(hard['requests.cpu'], `${1050 - 300 + 3 * 2000}m`)
    assert.equal(hard['requests.memory'], `${2816 - 3 * 256 + 3 * 128}Mi`)
  })

  it('is refused with the amount that is no quantity', () => {
    const cpu = { controlplane: { resources: { requests: { cpu: 'much' } } } }
    assert.throws(
      () => policyOf('ResourceQuota', cpu),
      (error) =>
        error instanceof SpecError && error.reason === 'AmountInvalid' && /"much"/u.test(error.message),
    )
  })
})

describe('the limits of a container that brings none', () => {
  it('are modest', () => {
    assert.deepEqual(policyOf('LimitRange').limits, [
      {
        type: 'Container',
        default: { cpu: '500m', memory: '512Mi' },
        defaultRequest: { cpu: '50m', memory: '128Mi' },
      },
    ])
  })

  it('never stand below what a component asks for that has no limit: its pods would be refused', () => {
    const dataplane = { ...DEFAULT_PROFILE.components.dataplane, resources: { requests: { memory: '4Gi' } } }
    const components = { ...DEFAULT_PROFILE.components, dataplane }
    const [item] = policyOf('LimitRange', {}, { ...DEFAULT_PROFILE, components }).limits
    assert.equal(item?.default['memory'], '4Gi')
  })
})
