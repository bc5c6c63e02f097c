import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aDeployment, aPod } from '../../../test/support/builders.ts'
import type { CauseCode } from '../../model/causes.ts'
import type { ObservedEvent, ObservedWorkload } from '../../model/observed.ts'
import {
  anEventAt,
  assertGrace,
  at,
  type ComponentCase,
  diagnoseAt,
  found,
  HOUR,
  shortStatefulSet,
} from './for-tests.ts'

const QUOTA =
  'pods "controlplane-5d8f7c9b6d-x2x9z" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=5, limited: pods=5'
const SECURITY =
  'pods "x" is forbidden: violates PodSecurity "restricted:latest": privileged (container "main" must not set securityContext.privileged=true)'
const ACCOUNT =
  'pods "x" is forbidden: error looking up service account acme/edc: serviceaccount "edc" not found'
const WEBHOOK = 'admission webhook "policy.example" denied the request: no latest tags'

const refusing = (message: string): ObservedWorkload =>
  aDeployment({
    available: 0,
    conditions: [
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message, lastTransitionTime: at(0) },
    ],
  })
const failedCreate = (message: string, differs: Partial<ObservedEvent> = {}): ObservedEvent =>
  anEventAt(0, {
    reason: 'FailedCreate',
    message: `create Pod postgres-0 in StatefulSet postgres failed error: ${message}`,
    about: { kind: 'StatefulSet', name: 'postgres', uid: 'uid-statefulset', fieldPath: '' },
    ...differs,
  })

/** By the condition of a Deployment, and by the event of a StatefulSet, which has no such condition. */
function assertRefusal(
  message: string,
  expected: { readonly cause: CauseCode; readonly seconds: number; readonly told: RegExp },
): void {
  const subjects = [
    { workload: refusing(message) },
    { workload: shortStatefulSet(), events: [failedCreate(message)] },
  ]
  for (const subject of subjects) {
    const grace = { shown: 0, verdict: expected.seconds, who: 'operator' } as const
    assertGrace((seconds) => diagnoseAt(subject, seconds).worst, grace)
    const finding = found(diagnoseAt(subject, 0).worst)
    assert.deepEqual([finding.reason, finding.cause], ['FailedCreate', expected.cause])
    assert.match(finding.message, expected.told)
    assert.equal(finding.object, `${subject.workload.kind}/${subject.workload.name}`)
  }
}

describe('pods that the API server refuses', () => {
  it('a quota that refuses pods is shown at once and fails the component after 30 s', () => {
    const told =
      /^no pod can be created: exceeded quota: compute, requested: pods=1, used: pods=5, limited: pods=5$/
    assertRefusal(QUOTA, { cause: 'QuotaExceeded', seconds: 30, told })
  })

  it('a refusal without a time counts from its first event, or from the workload that never had a pod', () => {
    const undated = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      lastTransitionTime: '',
    } as const
    const workload = aDeployment({ current: 0, available: 0, conditions: [{ ...undated, message: QUOTA }] })
    const look = (subject: ComponentCase) => (seconds: number) => diagnoseAt(subject, seconds).worst
    assertGrace(look({ workload }), { shown: 0, verdict: 30, who: 'operator' })
    const about = { kind: 'Deployment', name: workload.name, uid: '', fieldPath: '' }
    const events = [failedCreate(QUOTA, { firstSeen: at(60), lastSeen: at(90), about })]
    assertGrace(look({ workload, events }), { shown: 0, verdict: 90, who: 'operator' })
    assert.equal(found(look({ workload: { ...workload, current: 1 } })(HOUR)).who, 'nobody yet')
  })

  it('a Pod Security level that refuses pods is shown at once and fails the component after 30 s', () => {
    assertRefusal(SECURITY, {
      cause: 'PodSecurityDenied',
      seconds: 30,
      told: /: violates PodSecurity "restricted:latest": privileged/,
    })
  })

  it('a ServiceAccount that does not exist is shown at once and fails the component after 30 s', () => {
    assertRefusal(ACCOUNT, { cause: 'ConfigMissing', seconds: 30, told: /serviceaccount "edc" not found$/ })
  })

  it('pods refused for another reason, such as by a webhook, are shown at once and fail the component after 60 s', () => {
    assertRefusal(WEBHOOK, {
      cause: 'PodsRefused',
      seconds: 60,
      told: /: admission webhook "policy.example" denied/,
    })
  })

  it('takes the text of the newest event, because that of the condition is not renewed', () => {
    const about = { kind: 'ReplicaSet', name: 'controlplane-5d8f7c9b6d', uid: 'r', fieldPath: '' }
    const events = [
      failedCreate(`Error creating: ${WEBHOOK}`, { about, uid: '1' }),
      failedCreate(`Error creating: ${QUOTA}`, { about, uid: '2', lastSeen: at(20) }),
    ]
    assert.equal(diagnoseAt({ workload: refusing(WEBHOOK), events }, 20).worst?.cause, 'QuotaExceeded')
  })

  it('does not take the refusal of a neighbour with a longer name for its own', () => {
    const about = { kind: 'ReplicaSet', name: 'controlplane-eu-5d8f7c9b6d', uid: 'r', fieldPath: '' }
    const subject = { workload: aDeployment(), events: [failedCreate(QUOTA, { about })] }
    assert.equal(diagnoseAt(subject, HOUR).worst, undefined)
  })

  it('forgets a refusal once the pods are there, or a later one was made', () => {
    const events = [failedCreate(QUOTA)]
    const pods = [aPod({ name: 'postgres-0', revision: 'postgres-1', creationTimestamp: at(40) })]
    assert.equal(diagnoseAt({ workload: shortStatefulSet(), pods, events }, 60).worst, undefined)
    assert.equal(
      diagnoseAt({ workload: shortStatefulSet({ desired: 2 }), pods, events }, 60).worst,
      undefined,
    )
  })
})
