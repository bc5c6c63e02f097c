import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import {
  aDeployment,
  aHealthySnapshot,
  aParticipant,
  aStatefulSet,
  BORN,
  BORN_MS,
} from '../../test/support/builders.ts'
import { ASKS } from '../model/names.ts'
import type { Participant } from '../model/participant.ts'
import type { Answer } from '../status/answer.ts'
import { judge, type Snapshot } from '../status/participant.ts'
import { type Derived, derive } from './answers.ts'

const digest = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('base64url')

function look(differs: Partial<Snapshot>, before?: Derived): Derived {
  const snapshot = aHealthySnapshot(differs)
  return derive({ snapshot, verdict: judge(snapshot), before, digest })
}

const answerOf = ({ record }: Derived): Answer => JSON.parse(new TextDecoder().decode(record.body)) as Answer
const at = (seconds: number): number => BORN_MS + seconds * 1000
const rolling = aHealthySnapshot().workloads.map((each) =>
  each.name === 'dataplane' ? aDeployment({ name: 'dataplane', ready: 0, available: 0 }) : each,
)

describe('a finished answer', () => {
  it('is kept as it is, bytes and all, while only time passes', () => {
    const first = look({ nowMs: at(60) })
    const second = look({ nowMs: at(120) }, first)
    assert.equal(second.record, first.record)
  })

  it('is kept when the resource only got a new version', () => {
    const first = look({ nowMs: at(60) })
    const participant = aParticipant({ metadata: { resourceVersion: '8' } })
    assert.equal(look({ participant, nowMs: at(61) }, first).record, first.record)
  })

  it('comes with the operations that are recorded, and with one that is only asked for in front of them', () => {
    const create = {
      id: 'acme.create.uid-acme',
      type: 'create',
      state: 'succeeded',
      generation: 1,
      steps: [],
    } as const
    const status = { observedGeneration: 1, operations: [create] }
    const first = look({ participant: aParticipant({ status }), nowMs: at(60) })
    assert.deepEqual(first.record.operations, [create])
    const metadata = { annotations: { [ASKS.retry]: 'now' }, resourceVersion: '8' }
    const asked = look({ participant: aParticipant({ metadata, status }), nowMs: at(61) }, first)
    assert.deepEqual(
      asked.record.operations?.map(({ id, state }) => `${id} ${state}`),
      ['acme.retry-1.uid-acme pending', 'acme.create.uid-acme succeeded'],
    )
    assert.deepEqual(
      [asked.record.body, asked.record.etag, asked.record.resourceVersion],
      [first.record.body, first.record.etag, '8'],
    )
    const again = look({ participant: aParticipant({ metadata, status }), nowMs: at(62) }, asked)
    assert.equal(again.record, asked.record)
  })

  it('comes without operations when it is about what was only found', () => {
    assert.deepEqual(look({ byName: true, nowMs: at(60) }).record.operations, [])
  })

  it('has a new time and a new entity tag when something in it changed', () => {
    const first = look({ nowMs: at(60) })
    const second = look({ workloads: rolling, nowMs: at(90) }, first)
    assert.notEqual(second.record.etag, first.record.etag)
    assert.equal(second.record.lastUpdated, '2026-01-01T00:01:30Z')
    assert.equal(answerOf(second).lastUpdated, second.record.lastUpdated)
  })

  it('says since when the state holds, through changes that do not touch the state', () => {
    const first = look({ workloads: [], nowMs: at(10) })
    const second = look({ workloads: rolling, nowMs: at(20) }, first)
    assert.equal(second.verdict.phase, 'PROVISIONING')
    assert.equal(second.since, first.since)
    const third = look({ nowMs: at(30) }, second)
    assert.equal(third.since, '2026-01-01T00:00:30Z')
  })

  it('takes the beginning of a state over from the resource after a restart', () => {
    const since = '2026-01-01T00:00:42Z'
    const participant = aParticipant({ status: { phase: 'READY', since, firstReadyTime: since } })
    assert.equal(look({ participant, nowMs: at(600) }).since, since)
  })

  it('does not claim after a restart that something changed just now', () => {
    const participant = aParticipant({ status: { phase: 'READY', since: BORN, firstReadyTime: BORN } })
    const held = look({ participant, nowMs: at(60) })
    const conditions = held.resourceStatus.conditions
    const known = aParticipant({ status: { phase: 'READY', since: BORN, firstReadyTime: BORN, conditions } })
    assert.equal(look({ participant: known, nowMs: at(6000) }).record.lastUpdated, '2026-01-01T00:01:00Z')
  })

  it('of what has no resource tells the same times after a restart: those of its objects', () => {
    const objects = {
      participant: aParticipant({ metadata: { resourceVersion: '' } }),
      byName: true,
    } as const
    const first = look({ ...objects, nowMs: at(6000) })
    assert.equal(first.verdict.phase, 'READY')
    assert.equal(first.since, BORN)
    const second = look({ ...objects, nowMs: at(9000) })
    assert.equal(second.record.etag, first.record.etag)
    assert.equal(second.record.lastUpdated, BORN)
  })

  it('dates the change of a component when it was seen, and keeps that date', () => {
    const first = look({ nowMs: at(60) })
    const second = look({ workloads: rolling, nowMs: at(70) }, first)
    const third = look({ workloads: rolling, nowMs: at(80) }, second)
    assert.equal(answerOf(third).components['dataplane']?.since, '2026-01-01T00:01:10Z')
    assert.equal(answerOf(third).components['postgres']?.since, BORN)
  })

  it('keeps the dates of a Deployment and of a StatefulSet of one name apart', () => {
    const participant = aParticipant({ spec: { mode: 'Observed' } })
    const both = (ready: number): Partial<Snapshot> => ({
      participant,
      workloads: [
        aDeployment({ name: 'postgres', ready, available: ready }),
        aStatefulSet({ name: 'postgres' }),
      ],
    })
    const first = look({ ...both(1), nowMs: at(60) })
    const second = look({ ...both(0), nowMs: at(70) }, first)
    const third = look({ ...both(0), nowMs: at(80) }, second)
    const sinceOf = (kind: string): string | undefined =>
      third.verdict.components.find((component) => component.kind === kind)?.since
    assert.equal(sinceOf('StatefulSet'), BORN)
    assert.notEqual(sinceOf('Deployment'), BORN)
  })

  it('holds the very objects of the resource when that says the same already', () => {
    const first = look({ nowMs: at(60) })
    const participant = aParticipant({ status: { ...first.resourceStatus } })
    const second = look({ participant, nowMs: at(70) }, first)
    assert.deepEqual(second.resourceStatus, first.resourceStatus)
    assert.equal(second.resourceStatus.components, participant.status?.components)
  })

  it('remembers a first READY before the resource says so', () => {
    const first = look({ nowMs: at(60) })
    assert.equal(first.everReady, true)
    assert.equal(first.resourceStatus.firstReadyTime, '2026-01-01T00:01:00Z')
  })

  it('changes the time of a condition only with its status', () => {
    const first = look({ workloads: rolling, nowMs: at(60) })
    const conditions = first.resourceStatus.conditions
    const participant = aParticipant({ status: { conditions } })
    const still = look({ participant, workloads: [], nowMs: at(90) }, first)
    const ready = (derived: Derived): string | undefined =>
      derived.resourceStatus.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime
    assert.equal(ready(still), ready(first))
    assert.notEqual(ready(look({ participant, nowMs: at(95) }, still)), ready(first))
  })
})

describe('the times of several processes', () => {
  const said = ({ resourceStatus }: Derived, since: string): NonNullable<Participant['status']> => ({
    ...resourceStatus,
    since,
    conditions: resourceStatus.conditions.map((each) => ({ ...each, lastTransitionTime: since })),
  })
  const readyAt = ({ resourceStatus }: Derived): string | undefined =>
    resourceStatus.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime

  it('become the earlier one, when another process has written that into the resource', () => {
    const starting = look({ workloads: rolling, nowMs: at(20) })
    const told = aParticipant({ status: { ...starting.resourceStatus } })
    const first = look({ participant: told, nowMs: at(30) }, starting)
    assert.equal(first.since, '2026-01-01T00:00:30Z')
    const participant = aParticipant({ status: said(first, '2026-01-01T00:00:29Z') })
    const second = look({ participant, nowMs: at(40) }, first)
    assert.deepEqual([second.since, readyAt(second)], ['2026-01-01T00:00:29Z', '2026-01-01T00:00:29Z'])
  })

  it('stay what they are when another process saw it later', () => {
    const first = look({ nowMs: at(30) })
    const participant = aParticipant({ status: said(first, '2026-01-01T00:00:31Z') })
    const second = look({ participant, nowMs: at(40) }, first)
    assert.deepEqual([second.since, readyAt(second)], [first.since, readyAt(first)])
  })

  it('are those of the process that saw the change first', () => {
    const first = look({ workloads: rolling, nowMs: at(30) })
    const ready = look({ nowMs: at(35) }, first)
    const participant = aParticipant({ status: said(ready, '2026-01-01T00:00:35Z') })
    assert.equal(look({ participant, nowMs: at(50) }, first).since, '2026-01-01T00:00:35Z')
  })

  it('are not those of a state before the last change, which the resource still tells', () => {
    const since = '2026-01-01T00:00:10Z'
    const status = { phase: 'READY', since, firstReadyTime: since } as const
    const ready = look({ participant: aParticipant({ status }), nowMs: at(30) })
    const broken = { participant: aParticipant({ status }), workloads: rolling.slice(1), everReady: true }
    const lost = look({ ...broken, nowMs: at(600) }, ready)
    assert.equal(lost.verdict.phase, 'DEGRADED')
    const participant = aParticipant({ status: { ...status }, metadata: { resourceVersion: '8' } })
    assert.equal(look({ participant, everReady: true, nowMs: at(700) }, lost).since, '2026-01-01T00:11:40Z')
  })
})
