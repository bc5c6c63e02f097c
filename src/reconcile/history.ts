/** Keeps the record of operations: which one begins with a pass, how its steps went, and how it ended. Pure. */
import { askedOperation, retryAnnotation } from '../model/operation.ts'
import type { Operation, Participant, ParticipantStatus } from '../model/participant.ts'
import { clip } from './clip.ts'
import { componentsFailure } from './components-failed.ts'
import { type End, settledStep, stepsAfter } from './operation-steps.ts'
import type { PassResult } from './pass.ts'
import { timeOf } from './times.ts'

/** The part of the status that this decides. */
export type History = Pick<ParticipantStatus, 'operations' | 'lastHandledRetry' | 'retries'>

/** How many operations a resource remembers: each is in etcd, and in the memory of every process. */
export const REMEMBERED = 8

export interface HistoryOptions {
  /** How long an operation waits for components that had failed before it began, ms. */
  readonly componentsGraceMs: number
}

/**
 * What to remember after a pass. The very same values when nothing changed.
 *
 * An operation begins when the resource asks for it ({@link askedOperation}), and takes the place of one that runs. It
 * has succeeded when all steps are done, and has failed when one is stalled, or when the components cannot become ready
 * without a person: at once when that turned out after it began, else after a grace. A removal runs until the resource
 * that records it is gone.
 */
export function historyAfter(
  participant: Participant,
  pass: PassResult,
  { componentsGraceMs }: HistoryOptions,
): History {
  const history = begun(participant, pass.startedMs)
  const running = history.operations?.[0]
  if (running?.state !== 'running') return history
  const operation = { ...running, steps: stepsAfter(running.steps, pass, participant.status?.steps) }
  const end = endOf(operation, { participant, pass, componentsGraceMs })
  return withFirst(history, end === undefined ? operation : over(operation, end, pass.endedMs))
}

/** What to remember of a participant that is suspended: that it was, once. */
export function historyOfSuspended(participant: Participant, nowMs: number): History {
  const history = begun(participant, nowMs)
  const first = history.operations?.[0]
  return first?.state === 'running' && first.type === 'suspend'
    ? withFirst(history, over(first, { state: 'succeeded' }, nowMs))
    : history
}

function begun(participant: Participant, nowMs: number): History {
  const { operations, lastHandledRetry, retries } = participant.status ?? {}
  const held: History = {
    ...(operations !== undefined && { operations }),
    ...(lastHandledRetry !== undefined && { lastHandledRetry }),
    ...(retries !== undefined && { retries }),
  }
  const asked = askedOperation(participant)
  return asked === undefined ? held : withBegun(held, participant, { asked, nowMs })
}

interface Beginning {
  readonly asked: Operation
  readonly nowMs: number
}

function withBegun(held: History, participant: Participant, { asked, nowMs }: Beginning): History {
  const value = asked.type === 'suspend' ? undefined : retryAnnotation(participant)
  const operation: Operation = { ...asked, state: 'running', startedTime: timeOf(nowMs) }
  return {
    ...held,
    operations: placed(participant, operation, nowMs),
    ...(value !== undefined && { lastHandledRetry: value }),
    ...(asked.type === 'retry' && { retries: (held.retries ?? 0) + 1 }),
  }
}

/** A removal goes on whatever is asked: a retry only has its tries start anew, and is over with that. */
function placed({ status = {} }: Participant, operation: Operation, nowMs: number): readonly Operation[] {
  const { operations: held = [], firstReadyTime } = status
  const [first, ...others] = held
  if (first?.state !== 'running') return [operation, ...held].slice(0, REMEMBERED)
  const placement =
    first.type === 'delete'
      ? [first, over(operation, { state: 'succeeded' }, nowMs)]
      : [operation, over(first, endBy(operation, first, firstReadyTime), nowMs)]
  return [...placement, ...others].slice(0, REMEMBERED)
}

/** One that runs gives way to another. A creation that has been READY meanwhile has come to its end, though no pass has said so. */
function endBy({ id }: Operation, { type }: Operation, firstReadyTime: string | undefined): End {
  if (type === 'create' && firstReadyTime !== undefined) return { state: 'succeeded' }
  const message = `it was not over when another one took its place: ${id}`
  return { state: 'failed', error: { code: 'Superseded', message } }
}

interface Ending {
  readonly participant: Participant
  readonly pass: PassResult
  readonly componentsGraceMs: number
}

function endOf(operation: Operation, ending: Ending): End | undefined {
  const { outcome, steps } = ending.pass
  if (operation.type === 'delete') return undefined
  const step = steps.findLast((each) => each.outcome !== undefined)?.name ?? ''
  switch (outcome.kind) {
    case 'done':
      return { state: 'succeeded' }
    case 'stalled':
      return { state: 'failed', error: { step, code: outcome.reason, message: clip(outcome.message) } }
    case 'waiting':
      return step === 'readiness' ? endByComponents(operation, ending) : undefined
  }
}

/** A kubelet tries again by itself, so what had failed before may still come right. */
function endByComponents(
  { startedTime = '' }: Operation,
  { participant, pass, componentsGraceMs }: Ending,
): End | undefined {
  const failure = componentsFailure(participant)
  if (failure === undefined) return undefined
  const startedMs = Date.parse(startedTime)
  const fresh = Date.parse(failure.since) > startedMs
  if (!fresh && pass.endedMs < startedMs + componentsGraceMs) return undefined
  const { code, message } = failure
  return { state: 'failed', error: { step: 'readiness', code, message: clip(message) } }
}

function over(operation: Operation, end: End, nowMs: number): Operation {
  return {
    ...operation,
    ...end,
    finishedTime: timeOf(nowMs),
    steps: operation.steps.map((step) => settledStep(step, end, nowMs)),
  }
}

function withFirst(history: History, first: Operation): History {
  return { ...history, operations: [first, ...(history.operations ?? []).slice(1)] }
}
