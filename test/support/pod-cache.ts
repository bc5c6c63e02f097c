/** A watch cache of pods on a scripted API server, with everything it said and logged. */
import { WatchCache } from '../../src/kube/watch-cache.ts'
import type { Change } from '../../src/kube/watch-cache.ts'
import type { WatchTuning } from '../../src/kube/watch-tuning.ts'
import { RESOURCES } from '../../src/model/kubernetes.ts'
import type { KubeObject } from '../../src/model/kubernetes.ts'
import { RecordedLog } from './recorded-log.ts'
import type { ScriptedKube, ScriptedPod } from './scripted-kube.ts'

export interface PodView {
  readonly version: string
  readonly phase: string
}

export interface PodCacheOptions {
  readonly labelSelector?: string
  readonly project?: (pod: KubeObject) => PodView | undefined
  readonly fieldSelector?: string
  readonly onRefused?: () => void
  readonly mayBeUnserved?: boolean
  readonly random?: () => number
  readonly tuning?: Partial<WatchTuning>
}

export interface PodCache extends AsyncDisposable {
  readonly cache: WatchCache<PodView>
  readonly log: RecordedLog
  /** `added space/a@7`, … in the order in which a listener was told. */
  readonly told: string[]
  /** `space/a@7`, … sorted: what is held. */
  held(): string[]
}

export function viewOf(pod: KubeObject): PodView {
  const { metadata, status } = pod as ScriptedPod
  return { version: metadata.resourceVersion ?? '', phase: status.phase }
}

/** Not started. Chance is 0 unless given, so that each wait is half of its ceiling. */
export function openPodCache(kube: ScriptedKube, options: PodCacheOptions = {}): PodCache {
  const log = new RecordedLog()
  const told: string[] = []
  const cache = new WatchCache<PodView>({
    kube,
    resource: RESOURCES.Pod,
    project: viewOf,
    log,
    now: () => Date.now(),
    random: () => 0,
    ...options,
  })
  cache.subscribe((change) => told.push(textOf(change)))
  return {
    cache,
    log,
    told,
    held: () => Array.from(cache.entries(), ([key, { version }]) => `${key}@${version}`).toSorted(),
    [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose](),
  }
}

function textOf(change: Change<PodView>): string {
  const shown = change.type === 'deleted' ? change.previous : change.object
  return `${change.type} ${change.key}@${shown.version}`
}
