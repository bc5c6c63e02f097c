/** What holds of the history of a participant whatever its life brings. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { aParticipant, BORN_MS } from '../../test/support/builders.ts'
import { ASKS } from '../model/names.ts'
import { askedOperation } from '../model/operation.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Operation, Participant } from '../model/participant.ts'
import { type History, historyAfter, historyOfSuspended, REMEMBERED } from './history.ts'
import type { PassResult } from './pass.ts'
import { timeOf } from './times.ts'

type Happens =
  | { readonly what: 'pass'; readonly ends: readonly Outcome['kind'][]; readonly isLost: boolean }
  | { readonly what: 'edit' | 'retry' | 'suspend' | 'resume' | 'delete' | 'fail' }

const lives: fc.Arbitrary<readonly Happens[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        what: fc.constant('pass' as const),
        ends: fc.array(fc.constantFrom<Outcome['kind'][]>('done', 'waiting', 'stalled'), {
          minLength: 1,
          maxLength: 3,
        }),
        // The status could not be written: what the pass remembered is forgotten.
        isLost: fc.boolean(),
      }),
    },
    fc.record({ what: fc.constantFrom('edit', 'retry', 'suspend', 'resume', 'fail') }),
    { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('edit', 'retry', 'delete') }) },
  ),
  { maxLength: 60 },
)

const NAMES = ['accept', 'workloads', 'readiness']

function passOf(ends: readonly Outcome['kind'][], nowMs: number): PassResult {
  const steps: PassResult['steps'][number][] = []
  let outcome: Outcome = { kind: 'done' }
  for (const [index, name] of NAMES.entries()) {
    const isReached = outcome.kind === 'done'
    if (isReached) outcome = outcomeOf(ends[index] ?? 'done')
    const startedMs = nowMs + index
    steps.push({
      name,
      outcome: isReached ? outcome : undefined,
      failed: false,
      startedMs,
      endedMs: startedMs + 1,
    })
  }
  return { steps, outcome, failed: false, startedMs: nowMs, endedMs: nowMs + NAMES.length }
}

function outcomeOf(kind: Outcome['kind']): Outcome {
  const why = { reason: 'R', message: 'why', recheckAfterMs: 1 }
  return kind === 'done' ? { kind } : { kind, ...why }
}

type Change = (participant: Participant, nowMs: number) => Participant

function withMeta(participant: Participant, metadata: Partial<Participant['metadata']>): Participant {
  return { ...participant, metadata: { ...participant.metadata, ...metadata } }
}

function edited(participant: Participant): Participant {
  return withMeta(participant, { generation: (participant.metadata.generation ?? 0) + 1 })
}

function turned(participant: Participant, suspended: boolean): Participant {
  const { spec } = participant
  return spec.suspended === suspended ? participant : edited({ ...participant, spec: { ...spec, suspended } })
}

const CHANGES: Readonly<Record<Exclude<Happens['what'], 'pass'>, Change>> = {
  edit: edited,
  suspend: (participant) => turned(participant, true),
  resume: (participant) => turned(participant, false),
  retry: (participant, nowMs) => withMeta(participant, { annotations: { [ASKS.retry]: String(nowMs) } }),
  delete: (participant, nowMs) => {
    const { deletionTimestamp = timeOf(nowMs) } = participant.metadata
    return withMeta(participant, { deletionTimestamp })
  },
  fail: (participant, nowMs) => {
    const why = { reason: 'R', message: '', lastTransitionTime: timeOf(nowMs) }
    const conditions = [{ type: 'Stalled', status: 'True', ...why } as const]
    return { ...participant, status: { ...participant.status, conditions } }
  },
}

function changed(participant: Participant, happens: Happens, nowMs: number): Participant {
  if (happens.what !== 'pass') return CHANGES[happens.what](participant, nowMs)
  if (happens.isLost) return participant
  return { ...participant, status: { ...participant.status, ...reported(participant, happens, nowMs) } }
}

function reported(
  participant: Participant,
  { ends }: Extract<Happens, { what: 'pass' }>,
  nowMs: number,
): History & { observedGeneration: number } {
  const { spec, metadata } = participant
  const isSuspended = spec.suspended && metadata.deletionTimestamp === undefined
  const history = isSuspended
    ? historyOfSuspended(participant, nowMs)
    : historyAfter(participant, passOf(ends, nowMs), { componentsGraceMs: 30_000 })
  return { ...history, observedGeneration: metadata.generation ?? 0 }
}

function follow(life: readonly Happens[], check: (before: Participant, after: Participant) => void): void {
  let participant = aParticipant()
  for (const [index, happens] of life.entries()) {
    const next = changed(participant, happens, BORN_MS + index * 10_000)
    check(participant, next)
    participant = next
  }
}

const operationsOf = ({ status }: Participant): readonly Operation[] => status?.operations ?? []
const isOver = ({ state }: Operation): boolean => state === 'succeeded' || state === 'failed'

describe('the history of a participant, whatever happens,', () => {
  it('is bounded, with ids that are unique, one running at most, in front, and none pending', () => {
    fc.assert(
      fc.property(lives, (life) =>
        follow(life, (_, participant) => {
          const operations = operationsOf(participant)
          assert.ok(operations.length <= REMEMBERED)
          assert.equal(new Set(operations.map(({ id }) => id)).size, operations.length)
          assert.ok(operations.slice(1).every(isOver))
          assert.ok(operations.every(({ state }) => state !== 'pending'))
          assert.ok(operations.every((each) => isOver(each) === (each.finishedTime !== undefined)))
          assert.ok(operations.every(({ state, error }) => (state === 'failed') === (error !== undefined)))
        }),
      ),
    )
  })

  it('never changes what is over', () => {
    fc.assert(
      fc.property(lives, (life) =>
        follow(life, (before, participant) => {
          for (const held of operationsOf(before).filter(isOver)) {
            const now = operationsOf(participant).find(({ id }) => id === held.id)
            if (now !== undefined) assert.equal(now, held)
          }
        }),
      ),
    )
  })

  it('records what was asked, and never uses an id again', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const used = new Set<string>()
        follow(life, (before, participant) => {
          const asked = askedOperation(before)
          const known = new Set(operationsOf(before).map(({ id }) => id))
          for (const { id } of operationsOf(participant).filter((each) => !known.has(each.id))) {
            assert.equal(id, asked?.id)
            assert.ok(!used.has(id), id)
            used.add(id)
          }
        })
      }),
    )
  })
})
