/** Decides the STATUS column of `kubectl get pods` (printer of Kubernetes 1.36) for a Pod as the API server holds it. */
import type {
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
  Pod,
} from 'kubernetes-types/core/v1.d.ts'

/** Never throws, whatever is missing. A pod without a phase is Pending, as the API server makes it. */
export function podStatusText(pod: Partial<Pod>): string {
  return goingText(pod) ?? runText(pod)
}

/** Set while the pod is on its way out. One that has ended already keeps telling how it ended. */
function goingText({ metadata, status }: Partial<Pod>): string | undefined {
  if (metadata?.deletionTimestamp === undefined) return undefined
  if (status?.reason === 'NodeLost') return 'Unknown'
  return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? undefined : 'Terminating'
}

function runText(pod: Partial<Pod>): string {
  const start = initText(pod)
  const ofPod = start ?? podText(pod)
  // A sidecar that restarts hides nothing of a pod that has been initialised.
  return start === undefined || firstCondition(pod, 'Initialized')?.status === 'True'
    ? mainText(pod, ofPod)
    : ofPod
}

function podText({ status }: Partial<Pod>): string {
  const gated = status?.conditions?.some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  )
  if (gated === true) return 'SchedulingGated'
  return orElse(status?.reason, orElse(status?.phase, 'Pending'))
}

/** How far the init containers are, told by the first that is not done; undefined when all are. */
function initText({ spec, status }: Partial<Pod>): string | undefined {
  const containers = spec?.initContainers ?? []
  const sidecars = new Set(
    containers.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  )
  const statuses = status?.initContainerStatuses ?? []
  const at = statuses.findIndex((container) => !isInitialised(container, sidecars))
  return at === -1 ? undefined : `Init:${hindrance(statuses[at]?.state) ?? `${at}/${containers.length}`}`
}

function hindrance({ terminated, waiting }: ContainerState = {}): string | undefined {
  if (terminated !== undefined) return endText(terminated)
  const reason = orElse(waiting?.reason, 'PodInitializing')
  return reason === 'PodInitializing' ? undefined : reason
}

function isInitialised({ name, state, started }: ContainerStatus, sidecars: ReadonlySet<string>): boolean {
  if (state?.terminated !== undefined && exitCodeOf(state.terminated) === 0) return true
  return sidecars.has(name) && started === true
}

/** The first container with something to tell wins; one that has ended well gives way to what the others do. */
function mainText({ status }: Partial<Pod>, otherwise: string): string {
  const containers = status?.containerStatuses ?? []
  const told = containers.flatMap(({ state }) => containerText(state) ?? [])[0] ?? otherwise
  if (told !== 'Completed') return told
  const serves = containers.some(({ ready, state }) => ready && isRunning(state))
  if (serves && isReady(status?.conditions)) return 'Running'
  return firstFailure(containers) ?? (serves ? 'NotReady' : told)
}

function containerText(state: ContainerState = {}): string | undefined {
  if (orElse(state.waiting?.reason, '') !== '') return state.waiting?.reason
  return state.terminated === undefined ? undefined : endText(state.terminated)
}

function firstFailure(containers: readonly ContainerStatus[]): string | undefined {
  const failed = containers.find(
    ({ state }) =>
      orElse(state?.waiting?.reason, '') === '' &&
      state?.terminated !== undefined &&
      exitCodeOf(state.terminated) !== 0,
  )
  return failed?.state?.terminated && endText(failed.state.terminated)
}

function isRunning(state: ContainerState | undefined): boolean {
  return (
    state?.running !== undefined && state.terminated === undefined && orElse(state.waiting?.reason, '') === ''
  )
}

type Conditions = NonNullable<Pod['status']>['conditions']

function isReady(conditions: Conditions = []): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

function firstCondition({ status }: Partial<Pod>, type: string): { readonly status: string } | undefined {
  return status?.conditions?.find((condition) => condition.type === type)
}

function endText(end: ContainerStateTerminated): string {
  const { signal = 0 } = end
  return orElse(end.reason, signal === 0 ? `ExitCode:${exitCodeOf(end)}` : `Signal:${signal}`)
}

/** The type says that it is always there; what is left out on the wire is 0. */
function exitCodeOf({ exitCode }: Partial<ContainerStateTerminated>): number {
  return exitCode ?? 0
}

/** An empty text counts as none. */
function orElse(text: string | undefined, otherwise: string): string {
  return text === undefined || text === '' ? otherwise : text
}
