/** Pods in trouble for the tests of the rules, and the edges of a grace. Times are seconds after {@link BORN}. */
import assert from 'node:assert/strict'
import {
  aContainer,
  anEvent,
  aPod,
  aStatefulSet,
  aDeployment,
  BORN_MS,
} from '../../../test/support/builders.ts'
import type { Actor } from '../../model/causes.ts'
import type {
  ObservedClaim,
  ObservedContainer,
  ObservedEvent,
  ObservedPod,
  ObservedTermination,
  ObservedWorkload,
} from '../../model/observed.ts'
import type { Diagnosis, Finding } from '../finding.ts'
import { diagnose, diagnosePod } from './diagnose.ts'

export const HOUR = 3600

export function atMs(seconds: number): number {
  return BORN_MS + seconds * 1000
}

export function at(seconds: number): string {
  return new Date(atMs(seconds)).toISOString().replace('.000Z', 'Z')
}

export interface PodCase {
  readonly pod: ObservedPod
  readonly events?: readonly ObservedEvent[]
  readonly claims?: readonly ObservedClaim[]
}

export function findIn({ pod, events = [], claims = [] }: PodCase, seconds: number): Finding | undefined {
  return diagnosePod({ pod, events, claims, nowMs: atMs(seconds) })
}

/** The same, for a case in which something has to be found. */
export function tellOf(subject: PodCase, seconds: number): Finding {
  return found(findIn(subject, seconds))
}

export function found(finding: Finding | undefined): Finding {
  assert.ok(finding, 'nothing is found')
  return finding
}

export function isVerdict({ verdictAtMs }: Finding, seconds: number): boolean {
  return verdictAtMs !== undefined && verdictAtMs <= atMs(seconds)
}

export interface ComponentCase {
  readonly workload?: ObservedWorkload
  readonly pods?: readonly ObservedPod[]
  readonly events?: readonly ObservedEvent[]
  readonly claims?: readonly ObservedClaim[]
}

export function diagnoseAt(subject: ComponentCase, seconds: number): Diagnosis {
  const { workload = aDeployment(), pods = [], events = [], claims = [] } = subject
  return diagnose({ workload, pods, events, claims, nowMs: atMs(seconds) })
}

/** A StatefulSet whose pods are missing. */
export function shortStatefulSet(differs: Partial<ObservedWorkload> = {}): ObservedWorkload {
  return aStatefulSet({ current: 0, ready: 0, available: 0, ...differs })
}

export interface Grace {
  /** Seconds; of both the edge is tried 1 ms before and at. */
  readonly shown: number
  /** Undefined: never. */
  readonly verdict: number | undefined
  /** Who acts once it is a verdict, or all the time where it never is. */
  readonly who: Actor
}

type Look = (seconds: number) => Finding | undefined

export function assertGrace(look: Look, { shown, verdict, who }: Grace): void {
  if (shown > 0) assert.equal(look(shown - 0.001), undefined, `nothing 1 ms before ${shown} s`)
  const first = found(look(shown))
  if (verdict === undefined) {
    assert.equal(found(look(30 * 24 * HOUR)).verdictAtMs, undefined, 'never a verdict')
    assert.equal(first.who, who)
    return
  }
  if (verdict > shown) {
    const before = found(look(verdict - 0.001))
    assert.equal(isVerdict(before, verdict - 0.001), false, `no verdict 1 ms before ${verdict} s`)
    assert.equal(before.who, 'nobody yet')
  }
  const after = found(look(verdict))
  assert.equal(isVerdict(after, verdict), true, `a verdict at ${verdict} s`)
  assert.equal(after.who, who)
}

/** Took its node at second 0, and never became ready. */
export function aStartingPod(
  container: Partial<ObservedContainer>,
  differs: Partial<ObservedPod> = {},
): ObservedPod {
  return aPod({ ready: false, phase: 'Pending', containers: [aNewContainer(container)], ...differs })
}

/** Does not run. */
export function aNewContainer(differs: Partial<ObservedContainer> = {}): ObservedContainer {
  const { runningSince: _, ...container } = aContainer({ ready: false })
  return { ...container, ...differs }
}

export function waitingFor(reason: string, message = ''): Pick<ObservedContainer, 'waiting'> {
  return { waiting: { reason, message } }
}

export function anEnd(differs: Partial<ObservedTermination> = {}): ObservedTermination {
  return {
    reason: 'Error',
    exitCode: 1,
    signal: 0,
    message: '',
    startedAt: at(10),
    finishedAt: at(20),
    ...differs,
  }
}

/** About the pod of the builders. */
export function anEventAt(seconds: number, differs: Partial<ObservedEvent>): ObservedEvent {
  return anEvent({ firstSeen: at(seconds), lastSeen: at(seconds), ...differs })
}
