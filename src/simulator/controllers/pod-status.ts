/** What a pod's status says about the lives of its containers, as the kubelet writes it. */
import { createHash } from 'node:crypto'
import type { Container, PodCondition } from 'kubernetes-types/core/v1.js'
import type { StoredObject } from '../state.ts'
import { stamped } from './conditions.ts'
import { backoffFactor, type ContainerRun, type Ending, goDuration, pullErrorOf } from './container-run.ts'
import { NODE_IP } from './node.ts'
import { podSpecOf, podStatusOf, timeText, uidOf } from './objects.ts'

export interface PodRun {
  readonly startedAtMs: number
  readonly ip: string
  /** Volumes are mounted and the network is there. */
  readonly sandbox: boolean
  /** By container name, init containers included. */
  readonly containers: ReadonlyMap<string, ContainerRun>
}

type Waiting = { readonly reason: string; readonly message?: string }

export function podStatus(pod: StoredObject, run: PodRun, nowMs: number): object {
  const { initContainers = [], containers } = podSpecOf(pod)
  const before = podStatusOf(pod)
  const scheduled = before.conditions?.filter(({ type }) => type === 'PodScheduled') ?? []
  const states = containers.map((container) => runOf(run, container))
  const hasStarted = states.every(({ startedAtMs }) => startedAtMs > 0)
  const initialized = initContainers.every((container) => runOf(run, container).stage === 'completed')
  const word = initialized ? 'ContainerCreating' : 'PodInitializing'
  const describe = (container: Container): object =>
    containerStatus({ pod, container, run: runOf(run, container), word })
  return {
    ...before,
    phase: hasStarted ? 'Running' : 'Pending',
    conditions: [...stamped(conditionsOf(pod, run, initialized), before.conditions, nowMs), ...scheduled],
    hostIP: NODE_IP,
    hostIPs: [{ ip: NODE_IP }],
    ...(run.sandbox && { podIP: run.ip, podIPs: [{ ip: run.ip }] }),
    startTime: timeText(run.startedAtMs),
    ...(initContainers.length > 0 && { initContainerStatuses: initContainers.map(describe) }),
    containerStatuses: containers.map(describe),
  }
}

/** `NAME_NAMESPACE(UID)`. */
export const podText = (pod: StoredObject): string =>
  `${pod.metadata.name}_${pod.metadata.namespace}(${uidOf(pod)})`

export function runOf(run: PodRun, container: Container): ContainerRun {
  const found = run.containers.get(container.name)
  if (found === undefined)
    throw new Error(`container "${container.name}" is not part of the running pod; delete the pod`)
  return found
}

function conditionsOf(
  pod: StoredObject,
  run: PodRun,
  initialized: boolean,
): readonly Omit<PodCondition, 'lastTransitionTime'>[] {
  const { initContainers = [], containers } = podSpecOf(pod)
  const incomplete = initContainers.filter((container) => runOf(run, container).stage !== 'completed')
  const unready = containers.filter((container) => runOf(run, container).stage !== 'ready')
  const notInitialized = failing('ContainersNotInitialized', 'containers with incomplete status', incomplete)
  const notReady = failing('ContainersNotReady', 'containers with unready status', unready)
  return [
    condition('PodReadyToStartContainers', run.sandbox),
    condition('Initialized', initialized, notInitialized),
    condition('Ready', unready.length === 0, notReady),
    condition('ContainersReady', unready.length === 0, notReady),
  ]
}

function failing(reason: string, text: string, containers: readonly Container[]): Waiting {
  return { reason, message: `${text}: [${containers.map(({ name }) => name).join(' ')}]` }
}

function condition(type: string, holds: boolean, why?: Waiting): Omit<PodCondition, 'lastTransitionTime'> {
  return { type, status: holds ? 'True' : 'False', lastProbeTime: null as never, ...(!holds && why) }
}

interface Subject {
  readonly pod: StoredObject
  readonly container: Container
  readonly run: ContainerRun
  /** What is said of a container that was not begun yet. */
  readonly word: string
}

function containerStatus(subject: Subject): object {
  const { pod, container, run } = subject
  const { name, image = '' } = container
  const [latest, former] = run.endings
  const over = run.stage === 'crashed' || run.stage === 'completed'
  const last = over ? former : latest
  const begun = run.startedAtMs > 0
  return {
    name,
    image,
    imageID: begun ? `${image}@sha256:${sha256(image)}` : '',
    ...(begun && { containerID: containerId(pod, name, run.restarts) }),
    ready: run.stage === 'ready' || run.stage === 'completed',
    started: ['running', 'ready', 'neverReady'].includes(run.stage),
    restartCount: run.restarts,
    state: stateOf(subject),
    lastState: last === undefined ? {} : { terminated: terminated(pod, name, last) },
  }
}

function stateOf({ pod, container, run, word }: Subject): object {
  const [latest] = run.endings
  if ((run.stage === 'crashed' || run.stage === 'completed') && latest !== undefined)
    return { terminated: terminated(pod, container.name, latest) }
  const waiting = waitingOf(pod, container, run)
  if (waiting !== undefined) return { waiting }
  return run.startedAtMs > 0
    ? { running: { startedAt: timeText(run.startedAtMs) } }
    : { waiting: { reason: word } }
}

function waitingOf(
  pod: StoredObject,
  { name, image = '' }: Container,
  run: ContainerRun,
): Waiting | undefined {
  const failure = pullErrorOf(image)
  if (run.stage === 'pullFailed') return { reason: 'ErrImagePull', message: failure }
  if (run.stage === 'unconfigured') return { reason: 'CreateContainerConfigError', message: run.fault ?? '' }
  // While it pulls again, the kubelet still shows why it had to wait.
  if (run.stage === 'pullBackOff' || (run.stage === 'pulling' && run.failedPulls > 0)) {
    const message = `Back-off pulling image "${image}": ErrImagePull: ${failure}`
    return { reason: 'ImagePullBackOff', message }
  }
  if (run.stage !== 'crashBackOff') return undefined
  const pause = goDuration(10_000 * backoffFactor(run.restarts))
  const message = `back-off ${pause} restarting failed container=${name} pod=${podText(pod)}`
  return { reason: 'CrashLoopBackOff', message }
}

function terminated(pod: StoredObject, name: string, ending: Ending): object {
  return {
    exitCode: ending.exitCode,
    reason: ending.reason,
    startedAt: timeText(ending.startedAtMs),
    finishedAt: timeText(ending.finishedAtMs),
    containerID: containerId(pod, name, ending.attempt),
  }
}

const containerId = (pod: StoredObject, name: string, attempt: number): string =>
  `containerd://${sha256(`${uidOf(pod)} ${name} ${attempt}`)}`

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
