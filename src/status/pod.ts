/** Finds what the pods of a component say about why it is not ready. Only pods of the newest revision count. */
import type { ObservedContainer, ObservedPod } from '../model/observed.ts'

export interface PodFinding {
  readonly reason: string
  readonly message: string
}

/** Reasons of a container that is simply on its way. */
const ON_ITS_WAY: readonly string[] = ['ContainerCreating', 'PodInitializing', '']

/** Phase Failed with one of these is a leftover of an eviction: a replacement comes (status reference §4.1). */
const LEFTOVER: readonly string[] = [
  'Evicted',
  'Preempting',
  'Shutdown',
  'NodeShutdown',
  'NodeAffinity',
  'Terminated',
  'UnexpectedAdmissionError',
]

/** The first finding in order of weight: cannot be scheduled, a container that cannot run, one that is not ready. */
export function findInPods(pods: readonly ObservedPod[]): PodFinding | undefined {
  const concerned = newestRevision(pods.filter(countsForVerdict)).toSorted((a, b) => compare(a.name, b.name))
  const findings = concerned.flatMap((pod) => findInPod(pod) ?? [])
  const worst = findings.toSorted((a, b) => a.weight - b.weight)[0]
  if (worst === undefined) return undefined
  const rest = findings.length - 1
  const more = rest === 0 ? '' : ` (and ${rest} more ${rest === 1 ? 'pod' : 'pods'})`
  return { reason: worst.reason, message: `${worst.message}${more}` }
}

/** All restarts of the containers that run now. */
export function restartsOf(pods: readonly ObservedPod[]): number {
  let restarts = 0
  for (const pod of pods)
    if (!pod.terminating) for (const container of pod.containers) restarts += container.restarts
  return restarts
}

interface WeighedFinding extends PodFinding {
  /** Lower is worse. */
  readonly weight: number
}

function countsForVerdict(pod: ObservedPod): boolean {
  return !pod.terminating && !(pod.phase === 'Failed' && LEFTOVER.includes(pod.reason))
}

/** Times are whole seconds: of two revisions made in the same one, neither can be told to be older, so both count. */
function newestRevision(pods: readonly ObservedPod[]): readonly ObservedPod[] {
  const newest = pods
    .map(({ creationTimestamp }) => creationTimestamp)
    .toSorted()
    .at(-1)
  const made = pods.filter(({ creationTimestamp }) => creationTimestamp === newest)
  const revisions = new Set(made.map(({ revision }) => revision))
  return pods.filter(({ revision }) => revisions.has(revision))
}

function findInPod(pod: ObservedPod): WeighedFinding | undefined {
  if (pod.ready) return undefined
  for (const container of pod.containers) {
    const finding = findInContainer(container)
    if (finding) return { weight: container.init ? 0 : 1, ...finding }
  }
  if (pod.unschedulable !== undefined)
    return {
      weight: 2,
      reason: 'Unschedulable',
      message: `pod ${pod.name} has no node: ${pod.unschedulable}`,
    }
  if (pod.phase === 'Running')
    return { weight: 3, reason: 'NotReady', message: `pod ${pod.name} runs but does not report ready` }
  return undefined
}

function findInContainer(container: ObservedContainer): PodFinding | undefined {
  const { waiting, init } = container
  const name = `${init ? 'init container' : 'container'} ${container.name}`
  if (waiting !== undefined && !ON_ITS_WAY.includes(waiting.reason))
    return {
      reason: waiting.reason,
      message: describe(name, waiting.reason, ending(container) ?? waiting.message),
    }
  const ended = container.terminated
  if (ended !== undefined && ended.exitCode !== 0)
    return { reason: ended.reason, message: `${name} ended with exit code ${ended.exitCode}` }
  if (container.lastTerminated !== undefined && !container.ready)
    return {
      reason: container.lastTerminated.reason,
      message: describe(name, 'restarted', ending(container)),
    }
  return undefined
}

/** How it ended last time is the cause; that it is waiting now is the symptom. */
function ending({ lastTerminated, restarts }: ObservedContainer): string | undefined {
  if (lastTerminated === undefined) return undefined
  const { reason, exitCode, message } = lastTerminated
  const said = message === '' ? '' : `: ${message.trim()}`
  const times = restarts === 1 ? '1 restart' : `${restarts} restarts`
  return `last ended with ${reason}, exit code ${exitCode}, ${times}${said}`
}

function describe(name: string, reason: string, text: string | undefined): string {
  return text === undefined || text === '' ? `${name}: ${reason}` : `${name}: ${reason}: ${text}`
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
