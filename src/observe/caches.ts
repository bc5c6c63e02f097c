/** The five watches of the status engine: one per kind for the whole cluster, narrowed by the participant label. */
import type { Kube } from '../kube/kube.ts'
import { WatchCache, type WatchCacheOptions } from '../kube/watch-cache.ts'
import { type KubeObject, RESOURCES, type Resource } from '../model/kubernetes.ts'
import { PARTICIPANT_LABEL } from '../model/names.ts'
import type { ObservedNamespace, ObservedPod, ObservedWorkload } from '../model/observed.ts'
import type { Participant } from '../model/participant.ts'
import { projectNamespace, projectParticipant } from '../status/project-participant.ts'
import { projectPod } from '../status/project-pod.ts'
import { projectDeployment, projectStatefulSet } from '../status/project-workload.ts'

export interface Caches extends AsyncDisposable {
  readonly participants: WatchCache<Participant>
  readonly namespaces: WatchCache<ObservedNamespace>
  readonly deployments: WatchCache<ObservedWorkload>
  readonly statefulSets: WatchCache<ObservedWorkload>
  readonly pods: WatchCache<ObservedPod>
  /** All five, by the plural of their kind, for health checks and metrics. */
  readonly all: ReadonlyMap<string, WatchCache<unknown>>
  start(): void
  whenSynced(signal?: AbortSignal): Promise<void>
}

export type CachesOptions = Pick<WatchCacheOptions<unknown>, 'log' | 'now' | 'random'> & {
  readonly kube: Kube
  readonly tuning?: NonNullable<WatchCacheOptions<unknown>['tuning']>
}

export function openCaches(options: CachesOptions): Caches {
  const narrowed = { labelSelector: PARTICIPANT_LABEL }
  const cache = <T>(
    resource: Resource,
    project: (object: KubeObject) => T,
    selector: { labelSelector?: string } = narrowed,
  ): WatchCache<T> => new WatchCache<T>({ ...options, ...selector, resource, project })

  const participants = cache(RESOURCES.Participant, projectParticipant, {})
  const namespaces = cache(RESOURCES.Namespace, projectNamespace)
  const deployments = cache(RESOURCES.Deployment, projectDeployment)
  const statefulSets = cache(RESOURCES.StatefulSet, projectStatefulSet)
  const pods = cache(RESOURCES.Pod, projectPod)
  const all = new Map<string, WatchCache<unknown>>([
    ['participants', participants as WatchCache<unknown>],
    ['namespaces', namespaces as WatchCache<unknown>],
    ['deployments', deployments as WatchCache<unknown>],
    ['statefulsets', statefulSets as WatchCache<unknown>],
    ['pods', pods as WatchCache<unknown>],
  ])
  return {
    participants,
    namespaces,
    deployments,
    statefulSets,
    pods,
    all,
    start() {
      for (const each of all.values()) each.start()
    },
    async whenSynced(signal) {
      await Promise.all([...all.values()].map((each) => each.whenSynced(signal)))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...all.values()].map((each) => each[Symbol.asyncDispose]()))
    },
  }
}
