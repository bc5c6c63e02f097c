/** How containers end: whether that is a loop, when it is over, and how it is told. */
import type { ObservedContainer, ObservedEvent, ObservedTermination } from '../../model/observed.ts'
import { msOf } from '../times.ts'
import { eventsOf } from './containers.ts'
import type { ContainerContext, Crash } from './sign.ts'
import { counted, labelled, oneLine } from './words.ts'

/** A container that ran ready for so long has left its crashes behind. */
const STEADY_MS = 60_000
/** After so long a run the kubelet forgets its back-off: the next crash is a new story. */
const FORGOTTEN_MS = 600_000

const START_FAILURES: readonly string[] = ['RunContainerError', 'StartError', 'ContainerCannotRun']

/** Before it is known whether it crashes. */
type Subject = Omit<ContainerContext, 'crash'>

/** How it ended last: just now, or before the run or the wait that it is in. */
export function lastEndOf({
  terminated,
  lastTerminated,
}: ObservedContainer): ObservedTermination | undefined {
  return terminated ?? lastTerminated
}

/** It was restarted twice, or ended twice in the same way. */
export function loops({ restarts, terminated, lastTerminated }: ObservedContainer): boolean {
  if (restarts >= 2) return true
  if (restarts === 0 || terminated === undefined) return false
  return terminated.exitCode === lastTerminated?.exitCode
}

/** The runtime refuses to start it, now or until its next try. */
export function startFailed({ container }: Subject): boolean {
  const { waiting, runningSince } = container
  if (runningSince !== undefined || isDone(container)) return false
  if (waiting !== undefined && START_FAILURES.includes(waiting.reason)) return true
  if (waiting !== undefined && waiting.reason !== 'CrashLoopBackOff') return false
  return START_FAILURES.includes(lastEndOf(container)?.reason ?? '')
}

/** Undefined for a container that never ended, ended as it should, waits for something else, or has run well for long enough. */
export function crashOf(context: Subject): Crash | undefined {
  const { container, nowMs } = context
  const end = lastEndOf(container)
  if (end === undefined || isDone(container) || waitsForSomethingElse(container)) return undefined
  const looping = loops(container)
  if (container.ready && !looping) return undefined
  const endsAtMs = storyEndsAt(context, looping)
  if (endsAtMs !== undefined && endsAtMs <= nowMs) return undefined
  return {
    end,
    ending: endingOf(context, end),
    backingOff: container.waiting?.reason === 'CrashLoopBackOff',
    looping,
    ...(endsAtMs !== undefined && { endsAtMs }),
  }
}

/** Whether a ready container that restarted more than once has run well for long enough. Makes no garbage. */
export function isSteady(container: ObservedContainer, readyTurnedAt: string, nowMs: number): boolean {
  if (container.restarts < 2 || isDone(container)) return true
  if (container.runningSince === undefined || !container.ready) return false
  return Math.max(msOf(container.runningSince) ?? 0, msOf(readyTurnedAt) ?? 0) + STEADY_MS <= nowMs
}

/** Init containers end, and sidecars are ended after the others: with 0 that is what they should do. */
function isDone({ kind, terminated }: ObservedContainer): boolean {
  return kind !== 'main' && terminated?.exitCode === 0
}

const BETWEEN: readonly string[] = ['CrashLoopBackOff', 'ContainerCreating', 'PodInitializing', '']

/** Such as an image that cannot be pulled any more: other rules tell of it. */
function waitsForSomethingElse({ waiting }: ObservedContainer): boolean {
  return waiting !== undefined && !BETWEEN.includes(waiting.reason)
}

/** Undefined while only a change can end it. */
function storyEndsAt({ container, pod }: Subject, looping: boolean): number | undefined {
  const { runningSince, waiting, ready } = container
  if (runningSince === undefined) {
    // Created anew, for example after its node was restarted: whether it loops still is open.
    if (waiting === undefined || waiting.reason === 'CrashLoopBackOff') return undefined
    return after(lastEndOf(container)?.finishedAt, FORGOTTEN_MS)
  }
  if (ready) return after(laterOf(runningSince, pod.ready ? pod.readyTurnedAt : ''), STEADY_MS)
  const startMs = (container.probes ?? []).reduce((longest, { budgetMs }) => Math.max(longest, budgetMs), 0)
  return after(runningSince, looping ? Math.max(FORGOTTEN_MS, startMs) : STEADY_MS)
}

function after(time: string | undefined, ms: number): number | undefined {
  const base = msOf(time)
  return base === undefined ? undefined : base + ms
}

function laterOf(a: string, b: string): string {
  return (msOf(a) ?? 0) >= (msOf(b) ?? 0) ? a : b
}

function endingOf(context: Subject, end: ObservedTermination): Crash['ending'] {
  if (end.reason === 'OOMKilled') return 'memory'
  if (START_FAILURES.includes(end.reason)) return 'start'
  return killingProbe(context, end) === undefined ? 'exit' : 'probe'
}

/** How a program ends that was told to, or made to: by SIGTERM or SIGKILL, or in order. */
const KILLED_EXIT_CODES: readonly number[] = [0, 137, 143]
/** The kubelet's clock and the runtime's differ a little, and events tell whole seconds. */
const TOLERANCE_MS = 2_000

const FAILED_PROBE = /^(?<kind>startup|liveness) probe (?:failed|errored[^:]*): (?<answer>.*)$/isu
/** Said when it acts; of the probe's answer it says nothing. */
const ENDS_FOR_PROBE = /^container \S+ failed (?<kind>startup|liveness) probe, will be restarted/iu

/** What the startup or liveness probe said when the kubelet ended the container for it, empty when nobody tells; undefined when it did not. */
export function killingProbe(
  context: Subject,
  end: ObservedTermination,
): { readonly kind: string; readonly answer: string } | undefined {
  if (!KILLED_EXIT_CODES.includes(end.exitCode)) return undefined
  const during = eventsOf(context).filter((event) => happenedDuring(end, event))
  for (const words of [FAILED_PROBE, ENDS_FOR_PROBE])
    for (const { message } of during) {
      const { kind, answer = '' } = words.exec(message)?.groups ?? {}
      if (kind !== undefined) return { kind: kind.toLowerCase(), answer }
    }
  return undefined
}

function happenedDuring(end: ObservedTermination, { firstSeen, lastSeen }: ObservedEvent): boolean {
  const tooLate = (msOf(firstSeen) ?? 0) > (msOf(end.finishedAt) ?? Infinity) + TOLERANCE_MS
  const tooEarly = (msOf(lastSeen) ?? Infinity) < (msOf(end.startedAt) ?? 0) - TOLERANCE_MS
  return !tooLate && !tooEarly
}

const SIGNALS: Readonly<Record<number, string | undefined>> = {
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
}
/** Nothing more than what the exit code says. */
const PLAIN_REASONS: readonly string[] = ['', 'Error', 'Completed']

/** `ended with exit code 1 at 2026-01-01T00:00:00Z, 3 restarts: no such database`. */
export function tellEnd(end: ObservedTermination, restarts: number): string {
  const { exitCode, reason, finishedAt, message } = end
  const signal = signalOf(end)
  const remarks = [signal ?? '', PLAIN_REASONS.includes(reason) ? '' : reason].filter((word) => word !== '')
  const remark = remarks.length === 0 ? '' : ` (${remarks.join(', ')})`
  const how = `${exitCode === 0 ? 'ended by itself' : 'ended'} with exit code ${exitCode}${remark}`
  const when = finishedAt === '' ? '' : ` at ${finishedAt}`
  return labelled(`${how}${when}${restartsText(restarts)}`, lastWords(message))
}

/** `, 3 restarts`, with its comma; empty for none. */
export function restartsText(restarts: number): string {
  if (restarts === 0) return ''
  return restarts === 1 ? ', restarted once' : `, ${counted(restarts, 'restart')}`
}

function signalOf({ exitCode, signal }: ObservedTermination): string | undefined {
  const number = signal > 0 ? signal : exitCode - 128
  return SIGNALS[number] ?? (signal > 0 ? `signal ${signal}` : undefined)
}

const STACK_FRAME = /^\s*(?:at \S+|\.{3} \d+ (?:common frames|more)|File ".*", line \d+)/u

/** The last line that says something: the frames of a stack trace come after it and do not. */
function lastWords(message: string): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '' && !STACK_FRAME.test(line))
  return oneLine(lines.at(-1) ?? '', 300)
}
