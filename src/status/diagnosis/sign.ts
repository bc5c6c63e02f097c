/** What a rule sees, what it says, and how that becomes a finding by the clock alone. */
import { type Actor, CAUSES, type CauseCode } from '../../model/causes.ts'
import type {
  ObservedClaim,
  ObservedContainer,
  ObservedEvent,
  ObservedPod,
  ObservedTermination,
  ObservedWorkload,
} from '../../model/observed.ts'
import { maskSecrets } from '../events/mask.ts'
import type { Finding, RuleText } from '../finding.ts'

export interface PodContext {
  readonly pod: ObservedPod
  /** Those that the pod mounts. */
  readonly claims: readonly ObservedClaim[]
  /** About the pod, newest first. */
  readonly events: readonly ObservedEvent[]
  /** Of the whole namespace, in any order. */
  readonly namespaceEvents: readonly ObservedEvent[]
  readonly nowMs: number
}

/** One container of that pod. */
export interface ContainerContext extends PodContext {
  readonly container: ObservedContainer
  /** Undefined for one that never ended, is done as it should, or runs well since. */
  readonly crash: Crash | undefined
}

/** Where a container stands that ended at least once. */
export interface Crash {
  readonly end: ObservedTermination
  /** By memory, before it could start, for a probe, or by itself. */
  readonly ending: 'memory' | 'start' | 'probe' | 'exit'
  readonly backingOff: boolean
  /** It was restarted twice, or ended twice in the same way. */
  readonly looping: boolean
  /** When time alone ends the story, ms since 1970. */
  readonly endsAtMs?: number
}

export interface ComponentContext {
  readonly workload: ObservedWorkload
  /** All of the component, also those that terminate or run an earlier revision. */
  readonly pods: readonly ObservedPod[]
  /** Of the whole namespace, in any order. */
  readonly events: readonly ObservedEvent[]
  readonly nowMs: number
}

/** Something that a rule noticed, with the times at which it matters, ms since 1970. */
export interface Sign {
  readonly reason: string
  readonly message: string
  readonly shownAtMs: number
  /** Undefined: never. */
  readonly verdictAtMs: number | undefined
  /** When time alone makes it vanish. */
  readonly endsAtMs?: number
  /** Where it is not whom the rule says. */
  readonly who?: Actor
  /** It is about an init container, or a sidecar: those come before the others. */
  readonly init?: boolean
  /** Kind/name, where it is not the pod or the workload itself. */
  readonly object?: string
}

interface Rule extends RuleText {
  readonly cause: CauseCode
  /** Where it is not whom the code says. */
  readonly who?: Actor
}

export interface PodRule extends Rule {
  /** Asked of a ready pod too. */
  readonly evenWhenReady?: true
  /** Asked of a pod that terminates, or of such a one `too`; nothing else is: how its containers end tells nothing then. */
  readonly whileEnding?: true | 'too'
  /** All that is to be said, also what is not shown yet; in the order of the containers. */
  readonly find: (context: PodContext, containers: readonly ContainerContext[]) => readonly Sign[]
}

export interface ComponentRule extends Rule {
  readonly find: (context: ComponentContext) => Sign | undefined
}

export const NO_SIGNS: readonly Sign[] = []

export interface Graces {
  /** 0 is at once, whatever the clocks say. */
  readonly shownAfterMs: number
  /** Undefined: never. */
  readonly verdictAfterMs: number | undefined
}

type Times = Pick<Sign, 'shownAtMs' | 'verdictAtMs'>

/** An unknown beginning delays no reason, but is no base for a verdict either: it counts from now. */
export function timesFrom(sinceMs: number | undefined, graces: Graces, nowMs: number): Times {
  const { shownAfterMs, verdictAfterMs } = graces
  const base = sinceMs ?? nowMs
  return {
    shownAtMs: sinceMs === undefined ? nowMs : dueAt(base, shownAfterMs, nowMs),
    verdictAtMs: verdictAfterMs === undefined ? undefined : dueAt(base, verdictAfterMs, nowMs),
  }
}

/** The cluster's clock may be ahead of ours: what is due at once is due now at the latest. */
function dueAt(baseMs: number, afterMs: number, nowMs: number): number {
  return afterMs === 0 ? Math.min(baseMs, nowMs) : baseMs + afterMs
}

/** A sign, whose it is, and how bad. */
export interface Spoken {
  readonly sign: Sign
  readonly rule: Rule
  readonly object: string
  /** 0 a verdict, 1 may become one, 2 never. */
  readonly weight: number
}

/** The sign with its weight at `nowMs`, ms since 1970. */
export function speak(sign: Sign, { rule, object }: Pick<Spoken, 'rule' | 'object'>, nowMs: number): Spoken {
  return { sign, rule, object, weight: weightOf(sign, nowMs) }
}

function weightOf({ verdictAtMs }: Sign, nowMs: number): number {
  if (verdictAtMs === undefined) return 2
  return verdictAtMs <= nowMs ? 0 : 1
}

/** The worse of two: a verdict before what may pass, then init before main containers; among equals the first. */
export function worseOf(first: Spoken | undefined, second: Spoken | undefined): Spoken | undefined {
  if (first === undefined || second === undefined) return first ?? second
  const worse =
    second.weight - first.weight || Number(first.sign.init === true) - Number(second.sign.init === true)
  return worse < 0 ? second : first
}

/** Secrets masked; who acts as of the weight. */
export function toFinding({ sign, rule, object, weight }: Spoken): Finding {
  return {
    reason: sign.reason,
    cause: rule.cause,
    who: weight === 1 ? 'nobody yet' : (sign.who ?? rule.who ?? CAUSES[rule.cause].who),
    message: maskSecrets(sign.message),
    verdictAtMs: sign.verdictAtMs,
    object: sign.object ?? object,
  }
}

/** The next time at which the sign appears, becomes a verdict or vanishes; Infinity for none. */
export function nextChangeMs({ shownAtMs, verdictAtMs, endsAtMs }: Sign, nowMs: number): number {
  let next = Infinity
  for (const timeMs of [shownAtMs, verdictAtMs, endsAtMs])
    if (timeMs !== undefined && timeMs > nowMs && timeMs < next) next = timeMs
  return next
}
