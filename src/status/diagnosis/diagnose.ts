/** Finds what the pods of a component, and the attempts to create them, say about why it is not ready. */
import type { ObservedClaim, ObservedEvent, ObservedPod, ObservedWorkload } from '../../model/observed.ts'
import { eventsAbout } from '../events/about.ts'
import type { Diagnosis, Finding } from '../finding.ts'
import { betweenCrashes, crashLoop, endedOnce, killedByProbe, outOfMemory } from './crashes.ts'
import { podSecurityDenied, podsRefused, quotaExceeded, serviceAccountMissing } from './creation.ts'
import { crashOf, isSteady } from './endings.ts'
import { imageNameInvalid, imageNotThere, registrySilent } from './images.ts'
import { endsLate, evictedAgain, leftover, podFailed, terminationStuck } from './leftovers.ts'
import { disrupted, lostBeforeReplaced, nodeLost, readinessGate, sandboxFailed } from './nodes.ts'
import { otherWaiting } from './other.ts'
import { neverReady, probeFailing } from './probes.ts'
import { speakingPods } from './revision.ts'
import {
  claimMissing,
  noNodeMatches,
  schedulingGated,
  unschedulable,
  unseenByScheduler,
} from './scheduling.ts'
import {
  type ComponentRule,
  nextChangeMs,
  type PodContext,
  type PodRule,
  type Sign,
  speak,
  type Spoken,
  toFinding,
  worseOf,
} from './sign.ts'
import { configMissing, configSyncing, containerNotCreated, containerNotStarted } from './starts.ts'
import { claimLost, claimPending, mountFailed, mountMissing } from './volumes.ts'

/** In order: of two that weigh the same the first speaks. */
export const POD_RULES: readonly PodRule[] = [
  nodeLost,
  imageNameInvalid,
  imageNotThere,
  registrySilent,
  configSyncing,
  configMissing,
  containerNotCreated,
  containerNotStarted,
  outOfMemory,
  killedByProbe,
  crashLoop,
  betweenCrashes,
  endedOnce,
  schedulingGated,
  claimMissing,
  noNodeMatches,
  claimLost,
  claimPending,
  unschedulable,
  unseenByScheduler,
  mountMissing,
  mountFailed,
  sandboxFailed,
  probeFailing,
  neverReady,
  readinessGate,
  podFailed,
  leftover,
  endsLate,
  disrupted,
  otherWaiting,
]

export const COMPONENT_RULES: readonly ComponentRule[] = [
  quotaExceeded,
  podSecurityDenied,
  serviceAccountMissing,
  podsRefused,
  lostBeforeReplaced,
  terminationStuck,
  evictedAgain,
]

interface Surroundings {
  /** Of the namespace, in any order. */
  readonly claims: readonly ObservedClaim[]
  readonly events: readonly ObservedEvent[]
  readonly nowMs: number
}

export interface ComponentSubject extends Surroundings {
  readonly workload: ObservedWorkload
  /** All of the component, also those that terminate or run an earlier revision; in any order. */
  readonly pods: readonly ObservedPod[]
}

export interface PodSubject extends Surroundings {
  readonly pod: ObservedPod
}

const NOTHING: Diagnosis = { worst: undefined, others: 0, recheckAtMs: undefined }

/** What is to be told of a component at `nowMs`. The same objects and clock give the same diagnosis. */
export function diagnose(subject: ComponentSubject): Diagnosis {
  if (isQuiet(subject)) return NOTHING
  const { workload, pods, claims, events, nowMs } = subject
  const ofPods = speakingPods(workload, pods).map((pod) => diagnoseOne({ pod, claims, events, nowMs }))
  const all = [judgeComponent(subject), ...ofPods]
  const worst = all.reduce<Spoken | undefined>((worse, { worst: other }) => worseOf(worse, other), undefined)
  const speaking = ofPods.filter(({ worst: ofPod }) => ofPod !== undefined && ofPod !== worst)
  const nextMs = Math.min(...all.map(({ nextMs: next }) => next))
  return {
    worst: worst && toFinding(worst),
    others: speaking.length,
    recheckAtMs: nextMs === Infinity ? undefined : nextMs,
  }
}

/** What is to be told of one pod, whatever its revision, at `nowMs`. */
export function diagnosePod(subject: PodSubject): Finding | undefined {
  const { worst } = diagnoseOne(subject)
  return worst && toFinding(worst)
}

/** All restarts of the containers of pods that stay. */
export function restartsOf(pods: readonly ObservedPod[]): number {
  let restarts = 0
  for (const pod of pods)
    if (!pod.terminating) for (const container of pod.containers) restarts += container.restarts
  return restarts
}

interface Judged {
  readonly worst: Spoken | undefined
  /** Infinity: nothing changes by time alone. */
  readonly nextMs: number
}

const SILENCE: Judged = { worst: undefined, nextMs: Infinity }

/** All its pods are well and none is missing or over: by far the most frequent case, so it makes no garbage. */
function isQuiet({ workload, pods, claims, nowMs }: ComponentSubject): boolean {
  if (pods.length < workload.desired || claims.some(isLost)) return false
  for (const { type, status } of workload.conditions)
    if (type === 'ReplicaFailure' && status === 'True') return false
  for (const pod of pods) if (pod.terminating || !isWell(pod, nowMs)) return false
  return true
}

function isLost({ phase }: ObservedClaim): boolean {
  return phase === 'Lost'
}

function isWell(pod: ObservedPod, nowMs: number): boolean {
  if (!pod.ready || pod.disruption !== undefined) return false
  for (const container of pod.containers) if (!isSteady(container, pod.readyTurnedAt, nowMs)) return false
  return true
}

function diagnoseOne(subject: PodSubject): Judged {
  const { pod, claims, nowMs } = subject
  if (pod.phase === 'Succeeded') return SILENCE
  if (!pod.terminating && isWell(pod, nowMs) && !claims.some(isLost)) return SILENCE
  const context = contextOf(subject)
  const containers = pod.containers.map((container) => {
    const seen = { ...context, container }
    return { ...seen, crash: crashOf(seen) }
  })
  const hearing = new Hearing(nowMs)
  const object = `Pod/${pod.name}`
  for (const rule of rulesFor(pod))
    for (const sign of rule.find(context, containers)) hearing.add(sign, { rule, object })
  return hearing
}

function contextOf({ pod, claims, events, nowMs }: PodSubject): PodContext {
  return {
    pod,
    claims: claims.filter(({ name, namespace }) => namespace === pod.namespace && pod.claims.includes(name)),
    events: eventsAbout(events, { kind: 'Pod', name: pod.name, uid: pod.uid }),
    namespaceEvents: events,
    nowMs,
  }
}

function judgeComponent({ workload, pods, events, nowMs }: ComponentSubject): Judged {
  const hearing = new Hearing(nowMs)
  const object = `${workload.kind}/${workload.name}`
  for (const rule of COMPONENT_RULES) {
    const sign = rule.find({ workload, pods, events, nowMs })
    if (sign !== undefined) hearing.add(sign, { rule, object })
  }
  return hearing
}

const ENDING_RULES = POD_RULES.filter(({ whileEnding }) => whileEnding !== undefined)
const UNREADY_RULES = POD_RULES.filter(({ whileEnding }) => whileEnding !== true)
const READY_RULES = UNREADY_RULES.filter(({ evenWhenReady }) => evenWhenReady === true)

function rulesFor({ terminating, ready }: ObservedPod): readonly PodRule[] {
  if (terminating) return ENDING_RULES
  return ready ? READY_RULES : UNREADY_RULES
}

/** Keeps the worst of what is shown, the first among equals, and when to look again. */
class Hearing implements Judged {
  worst: Spoken | undefined
  nextMs = Infinity
  readonly #nowMs: number

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  add(sign: Sign, whose: Pick<Spoken, 'rule' | 'object'>): void {
    this.nextMs = Math.min(this.nextMs, nextChangeMs(sign, this.#nowMs))
    if (sign.shownAtMs <= this.#nowMs) this.worst = worseOf(this.worst, speak(sign, whose, this.#nowMs))
  }
}
