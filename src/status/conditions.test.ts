import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aDeployment, aHealthySnapshot, aParticipant, BORN, BORN_MS } from '../../test/support/builders.ts'
import type { ObservedRoute } from '../model/observed.ts'
import { OBSERVE_CONDITIONS, type Participant, type Step } from '../model/participant.ts'
import { conditionsOf, type Said } from './conditions.ts'
import { judge, type Snapshot } from './participant.ts'

const step = (state: Step['state'], reason: string): Step => ({
  name: 'namespace',
  state,
  attempts: 1,
  lastTransitionTime: BORN,
  reason,
  message: `${reason} it is`,
})
const observed = { observedGeneration: 1 }
const settled = aParticipant({ status: observed })
const down = aHealthySnapshot().workloads.map((each) => ({ ...each, ready: 0, available: 0 }))

function said(
  type: Said['type'],
  differs: Partial<Snapshot> = {},
  routes?: readonly ObservedRoute[],
): Omit<Said, 'type'> {
  const snapshot = aHealthySnapshot({ participant: settled, ...differs })
  const all = conditionsOf({
    participant: snapshot.participant,
    verdict: judge(snapshot),
    ...(routes && { routes }),
  })
  assert.deepEqual(
    all.map((each) => each.type),
    [...OBSERVE_CONDITIONS],
  )
  const { type: _type, ...rest } = all.find((each) => each.type === type) ?? assert.fail(`no ${type}`)
  return rest
}

const statuses = (differs: Partial<Snapshot>): readonly string[] =>
  (['Ready', 'Reconciling', 'Stalled'] as const).map((type) => said(type, differs).status)
const withSteps = (...steps: readonly Step[]): Participant => aParticipant({ status: { ...observed, steps } })

describe('the conditions of a participant, as kstatus reads them', () => {
  it('are Ready alone when everything is in place', () => {
    assert.deepEqual(statuses({}), ['True', 'False', 'False'])
    assert.equal(said('Reconciling').reason, 'Succeeded')
  })

  it('are Reconciling alone during a start', () => {
    assert.deepEqual(statuses({ workloads: down }), ['False', 'True', 'False'])
    assert.equal(said('Reconciling', { workloads: down }).reason, 'ComponentsStarting')
  })

  it('are Stalled alone when a person has to act, with the words of what failed', () => {
    const late = { workloads: down, nowMs: BORN_MS + 3_600_000 }
    assert.deepEqual(statuses(late), ['False', 'False', 'True'])
    assert.match(said('Stalled', late).message, /controlplane: not ready after 10 min/u)
  })

  it('are Stalled for a step that cannot go on, with the reason of the step', () => {
    const participant = withSteps(step('Stalled', 'NamespaceForeign'))
    assert.deepEqual(statuses({ participant, workloads: down }), ['False', 'False', 'True'])
    assert.equal(said('Stalled', { participant, workloads: down }).reason, 'NamespaceForeign')
  })

  it('are Stalled for a component that failed after the first READY', () => {
    const failed = aDeployment({
      name: 'dataplane',
      ready: 0,
      available: 0,
      conditions: [
        {
          type: 'Progressing',
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
          message: 'timed out',
          lastTransitionTime: BORN,
        },
      ],
    })
    const workloads = [...aHealthySnapshot().workloads.filter(({ name }) => name !== 'dataplane'), failed]
    assert.deepEqual(statuses({ workloads, everReady: true }), ['False', 'False', 'True'])
  })

  it('are Reconciling while a component that was ready comes back', () => {
    assert.deepEqual(statuses({ workloads: down, everReady: true }), ['False', 'True', 'False'])
  })

  it('are Reconciling beside Ready while a step waits or the specification was changed', () => {
    const waiting = { participant: withSteps(step('Waiting', 'QuotaLow')) }
    assert.deepEqual(statuses(waiting), ['True', 'True', 'False'])
    const changed = { participant: aParticipant({ metadata: { generation: 2 }, status: observed }) }
    assert.equal(said('Reconciling', changed).reason, 'SpecChanged')
  })

  it('are neither while the participant is suspended, which they say', () => {
    const participant = aParticipant({
      spec: { suspended: true },
      status: { ...observed, steps: [step('Stalled', 'NamespaceForeign')] },
    })
    assert.deepEqual(statuses({ participant, workloads: down }), ['False', 'False', 'False'])
    assert.equal(said('Reconciling', { participant, workloads: down }).reason, 'Suspended')
  })

  it('are Reconciling during a deletion', () => {
    const participant = aParticipant({ metadata: { deletionTimestamp: BORN }, status: observed })
    assert.deepEqual(statuses({ participant }), ['False', 'True', 'False'])
  })
})

describe('the condition ComponentsReady', () => {
  it('names every component that is not ready', () => {
    const { status, message } = said('ComponentsReady', { workloads: down })
    assert.equal(status, 'False')
    for (const name of ['postgres', 'vault', 'identityhub', 'controlplane', 'dataplane'])
      assert.match(message, new RegExp(`${name}: `, 'u'))
  })

  it('is False, with a reason, when there is no component at all', () => {
    const participant = aParticipant({ spec: { mode: 'Observed' } })
    assert.equal(said('ComponentsReady', { participant, workloads: [] }).reason, 'NoComponents')
  })
})

describe('the condition Reachable', () => {
  const route = (accepted: boolean): ObservedRoute => ({
    kind: 'HTTPRoute',
    namespace: 'acme',
    name: 'protocol',
    hosts: ['acme.example'],
    accepted,
    message: 'no gateway has taken it yet',
  })

  it('is Unknown while no route is known, and keeps nothing from READY', () => {
    assert.equal(said('Reachable').status, 'Unknown')
    assert.equal(said('Ready').status, 'True')
  })

  it('is True when every route is accepted', () =>
    assert.equal(said('Reachable', {}, [route(true)]).status, 'True'))

  it('names the hosts of the routes when it is True', () =>
    assert.equal(
      said('Reachable', {}, [route(true), { ...route(true), name: 'other', hosts: ['a.example'] }]).message,
      'every route is accepted: a.example, acme.example',
    ))

  it('says the same whichever route was seen first, and no more than a person reads', () => {
    const many = Array.from({ length: 20 }, (_, at) => ({ ...route(false), name: `route-${at}` }))
    const { message } = said('Reachable', {}, many)
    assert.equal(said('Reachable', {}, many.toReversed()).message, message)
    assert.match(message, /^HTTPRoute route-0: .*; 15 more$/u)
  })

  it('tells which route nobody has taken, and keeps nothing from READY', () => {
    const { status, message } = said('Reachable', {}, [route(true), route(false)])
    assert.equal(status, 'Unknown')
    assert.match(message, /HTTPRoute protocol: no gateway/u)
    assert.equal(said('Ready', {}, [route(false)]).status, 'True')
  })
})
