/** Keeps of a pod's containers how they run, or why they do not. */
import type {
  Container,
  ContainerStateTerminated,
  ContainerStatus,
  PodSpec,
  PodStatus,
} from 'kubernetes-types/core/v1.d.ts'
import type { ContainerKind, ObservedContainer, ObservedTermination } from '../model/observed.ts'
import { count, text } from './defaults.ts'
import { readProbes } from './project-probes.ts'

/** The end of a text says how a container ended. More than this is not kept. */
const LONGEST_MESSAGE = 2048

export interface RawContainers {
  readonly spec: PodSpec | undefined
  readonly status: PodStatus
  /** Of a pod that is ready nothing but its state is kept: what it was allowed to use explains nothing. */
  readonly ready: boolean
}

/** In the order of the spec, init containers first; those without a status yet are left out. */
export function readContainers({ spec, status, ready }: RawContainers): readonly ObservedContainer[] {
  const init = inOrderOf(spec?.initContainers ?? [], status.initContainerStatuses ?? [])
  const main = inOrderOf(spec?.containers ?? [], status.containerStatuses ?? [])
  return [
    ...init.map((found) => ({ ...found, kind: initKindOf(found.specified) })),
    ...main.map((found) => ({ ...found, kind: 'main' as const })),
  ].map((found) => readContainer(found, ready))
}

interface Found {
  readonly specified: Container | undefined
  readonly reported: ContainerStatus
}

/** A kubelet reports by name; people, and kubectl, go by the spec. */
function inOrderOf(specified: readonly Container[], reported: readonly ContainerStatus[]): readonly Found[] {
  const order = specified.map(({ name }) => name)
  return reported
    .map((status) => ({ reported: status, place: order.indexOf(status.name) }))
    .toSorted((a, b) => placeOf(a.place) - placeOf(b.place))
    .map(({ reported: status, place }) => ({ reported: status, specified: specified[place] }))
}

function placeOf(index: number): number {
  return index === -1 ? Number.MAX_SAFE_INTEGER : index
}

function initKindOf(specified: (Container & { readonly restartPolicy?: string }) | undefined): ContainerKind {
  return specified?.restartPolicy === 'Always' ? 'sidecar' : 'init'
}

function readContainer(
  { specified, reported, kind }: Found & { readonly kind: ContainerKind },
  podReady: boolean,
): ObservedContainer {
  return {
    name: text(reported.name),
    image: text(specified?.image ?? reported.image),
    kind,
    ready: reported.ready === true,
    restarts: count(reported.restartCount),
    ...readState(reported),
    ...(!podReady && specified !== undefined && readSpec(specified)),
  }
}

type State = Pick<ObservedContainer, 'waiting' | 'runningSince' | 'terminated' | 'lastTerminated'>

function readState({ state, lastState }: ContainerStatus): State {
  const { waiting, running, terminated } = state ?? {}
  const last = lastState?.terminated
  return {
    ...(waiting && { waiting: { reason: text(waiting.reason), message: endOf(text(waiting.message)) } }),
    ...(running && { runningSince: text(running.startedAt) }),
    ...(terminated && { terminated: readTermination(terminated) }),
    ...(last && { lastTerminated: readTermination(last) }),
  }
}

function readTermination(state: ContainerStateTerminated): ObservedTermination {
  return {
    reason: text(state.reason),
    exitCode: count(state.exitCode),
    signal: count(state.signal),
    message: endOf(text(state.message)),
    startedAt: text(state.startedAt),
    finishedAt: text(state.finishedAt),
  }
}

function readSpec(specified: Container): Pick<ObservedContainer, 'memoryLimit' | 'probes'> {
  const memoryLimit = specified.resources?.limits?.['memory']
  const probes = readProbes(specified)
  return {
    ...(memoryLimit !== undefined && { memoryLimit: String(memoryLimit) }),
    ...(probes.length > 0 && { probes }),
  }
}

function endOf(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : message.slice(-LONGEST_MESSAGE)
}
