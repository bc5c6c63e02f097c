/** The watches of the status engine: one per kind for the whole cluster, narrowed by the participant label where objects bear it. */
import type { WatchCache } from '../kube/watch-cache.ts'
import type { WatchFeed } from '../kube/watch-feed.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { PARTICIPANT_LABEL, REPORTER } from '../model/names.ts'
import type {
  ObservedClaim,
  ObservedNamespace,
  ObservedPod,
  ObservedRoute,
  ObservedWorkload,
} from '../model/observed.ts'
import type { Participant } from '../model/participant.ts'
import { projectClaim } from '../status/project-claim.ts'
import { projectNamespace, projectParticipant } from '../status/project-participant.ts'
import { projectPod } from '../status/project-pod.ts'
import { projectRoute } from '../status/project-route.ts'
import { projectDeployment, projectStatefulSet } from '../status/project-workload.ts'
import {
  keepLegacyClaim,
  keepLegacyDeployment,
  keepLegacyNamespace,
  keepLegacyPod,
} from './legacy-objects.ts'
import { type LiveWatch, type RequiredWatch, type Watch, Watches, type WatchesOptions } from './watches.ts'

export interface Caches extends AsyncDisposable {
  readonly participants: WatchCache<Participant>
  readonly namespaces: WatchCache<ObservedNamespace>
  readonly deployments: WatchCache<ObservedWorkload>
  readonly statefulSets: WatchCache<ObservedWorkload>
  readonly pods: WatchCache<ObservedPod>
  readonly claims: WatchCache<ObservedClaim>
  /** Ingresses and, where the Gateway API is installed, HTTPRoutes. */
  readonly routes: readonly WatchCache<ObservedRoute>[]
  /** What may belong to a namespace that the Go provisioner made; undefined unless discovery is on. */
  readonly legacy: LegacyCaches | undefined
  /** Warnings of the whole cluster, and the Normal events that extend a deadline. Raw: most are nobody's. */
  readonly events: readonly WatchFeed[]
  /** Those without which there is no verdict, by name, for health checks and metrics. */
  readonly required: ReadonlyMap<string, LiveWatch>
  /** Those that only add to a verdict: they may be refused or fail, and hold nobody up. */
  readonly optional: ReadonlyMap<string, LiveWatch>
  start(): void
  /** Resolves when the required watches are synced and the optional ones have been tried. */
  whenSynced(signal?: AbortSignal): Promise<void>
}

/** Of objects without the participant label. */
export interface LegacyCaches {
  readonly namespaces: WatchCache<ObservedNamespace>
  readonly deployments: WatchCache<ObservedWorkload>
  readonly pods: WatchCache<ObservedPod>
  /** Only those that are not bound. */
  readonly persistentVolumeClaims: WatchCache<ObservedClaim>
}

export interface CachesOptions extends WatchesOptions {
  /** Looks for namespaces that the Go provisioner made; reserved names are the platform's and never looked at. */
  readonly discovery?: { readonly reserved: readonly string[] }
}

const LABELLED = { labelSelector: PARTICIPANT_LABEL }
const UNLABELLED = { labelSelector: `!${PARTICIPANT_LABEL}` }

export function openCaches(options: CachesOptions): Caches {
  const watches = new Watches(options)
  const required = {
    participants: watches.required(RESOURCES.Participant, projectParticipant),
    namespaces: watches.required(RESOURCES.Namespace, projectNamespace, LABELLED),
    deployments: watches.required(RESOURCES.Deployment, projectDeployment, LABELLED),
    statefulSets: watches.required(RESOURCES.StatefulSet, projectStatefulSet, LABELLED),
    pods: watches.required(RESOURCES.Pod, projectPod, LABELLED),
  }
  const claims = watches.optional(RESOURCES.PersistentVolumeClaim, projectClaim, LABELLED)
  const routes = {
    ingresses: watches.optional(RESOURCES.Ingress, projectRoute, LABELLED),
    httproutes: watches.optional(RESOURCES.HTTPRoute, projectRoute, { ...LABELLED, mayBeUnserved: true }),
  }
  const legacy = options.discovery && openLegacy(watches, options.discovery.reserved)
  const events = [
    watches.events(`type!=Normal,reportingComponent!=${REPORTER}`),
    watches.events('reason=TriggeredScaleUp'),
  ] as const
  const byName = {
    required: named(required),
    optional: new Map<string, Watch>([
      ['persistentvolumeclaims', claims],
      ...named(routes),
      ...[...named({ ...legacy })].map(([name, watch]) => [`legacy-${name}`, watch] as const),
      ['events', events[0]],
      ['events-scale-up', events[1]],
    ]),
  }
  const others = { claims, routes: Object.values(routes), legacy, events }
  return { ...required, ...byName, ...others, ...lifeOf(byName, events) }
}

function openLegacy(watches: Watches, reserved: readonly string[]): LegacyCaches {
  return {
    namespaces: watches.optional(RESOURCES.Namespace, keepLegacyNamespace(reserved), UNLABELLED),
    deployments: watches.optional(RESOURCES.Deployment, keepLegacyDeployment, UNLABELLED),
    pods: watches.optional(RESOURCES.Pod, keepLegacyPod, UNLABELLED),
    persistentVolumeClaims: watches.optional(RESOURCES.PersistentVolumeClaim, keepLegacyClaim, UNLABELLED),
  }
}

/** By the plural of their kind. */
function named<W extends Watch>(watches: Readonly<Record<string, W>>): ReadonlyMap<string, W> {
  return new Map(Object.entries(watches).map(([name, watch]) => [name.toLowerCase(), watch]))
}

interface ByName {
  readonly required: ReadonlyMap<string, RequiredWatch>
  readonly optional: ReadonlyMap<string, Watch>
}

function lifeOf(
  byName: ByName,
  events: readonly Watch[],
): Pick<Caches, 'start' | 'whenSynced' | typeof Symbol.asyncDispose> {
  const required = [...byName.required.values()]
  const optional = [...byName.optional.values()]
  const all = [...required, ...optional]
  const participantsKnown = async (signal?: AbortSignal): Promise<void> => {
    await Promise.all(required.map((watch) => watch.whenSynced(signal)))
    const others = optional.filter((watch) => !events.includes(watch))
    await Promise.all(others.map((watch) => watch.whenSettled(signal)))
  }
  return {
    start() {
      for (const watch of all) if (!events.includes(watch)) watch.start()
      // Events are kept of known namespaces only, so they come once it is known whose they are.
      void participantsKnown().then(
        () => events.forEach((watch) => watch.start()),
        () => undefined,
      )
    },
    async whenSynced(signal) {
      await participantsKnown(signal)
      await Promise.all(events.map((watch) => watch.whenSettled(signal)))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((watch) => watch[Symbol.asyncDispose]()))
    },
  }
}
