/** Both flows, connected: cluster → caches → observer → store, and Participant → reconciler → cluster. They meet in the cluster. */
import { createHash, randomBytes } from 'node:crypto'
import { objectMap } from './contract/object-map.ts'
import { disowning, openSight } from './freshness.ts'
import type { Freshness, StatusReader } from './http/ports.ts'
import type { Kube } from './kube/kube.ts'
import { openParticipantWriter, type ParticipantWriterOptions } from './kube/participant-writer.ts'
import { objectRefs } from './manifests/manifests.ts'
import type { KubeObject } from './model/kubernetes.ts'
import type { Log } from './model/log.ts'
import type { Profiles } from './model/profile.ts'
import type { Reading, WatchReading } from './model/reading.ts'
import type { ParticipantWriter } from './model/requests.ts'
import { type Caches, openCaches } from './observe/caches.ts'
import { DidIndex } from './observe/did-index.ts'
import { Observer, type Stopwatch } from './observe/observer.ts'
import { openPublisher } from './observe/publisher.ts'
import { readingOf, watchReadings } from './observe/reading.ts'
import { openReconciler } from './reconcile/reconciler.ts'
import { wokenByNamespace, wokenByParticipant, wokenByWorkload } from './reconcile/triggers.ts'
import { MemoryStore } from './store/memory.ts'
import type { OpenedStore } from './store/open-store.ts'

export interface EngineOptions {
  readonly kube: Kube
  readonly profiles: Profiles
  readonly reserved: readonly string[]
  /** `legacy` shows namespaces that the Go provisioner made. */
  readonly discovery: { readonly legacy: boolean }
  readonly log: Log
  /** Where answers live; the caller opens and closes it. Default: this process. */
  readonly home?: OpenedStore
  /** Answers that the cluster has not confirmed for this many ms are given no more. Default 900,000. */
  readonly unavailableAfterMs?: number
  /** Told how long things take. */
  readonly stopwatch?: Stopwatch
}

export interface Engine extends AsyncDisposable {
  readonly reader: StatusReader
  readonly writer: ParticipantWriter
  readonly freshness: () => Freshness
  /** For metrics. */
  readonly reading: () => Reading
  /** For health checks. */
  readonly watches: () => readonly WatchReading[]
  /** Resolves when the caches are synced and every participant has been judged once. */
  start(signal: AbortSignal): Promise<void>
}

const UNAVAILABLE_AFTER_MS = 900_000

export function openEngine(options: EngineOptions): Engine {
  const { kube, profiles, reserved, discovery, log, stopwatch } = options
  const now = Date.now
  const random = Math.random
  const stack = new AsyncDisposableStack()
  const { store, past }: OpenedStore = options.home ?? { store: stack.use(new MemoryStore()) }
  const caches = stack.use(
    openCaches({ kube, log, now, random, ...(discovery.legacy && { discovery: { reserved } }) }),
  )
  const sight = openSight({
    watches: caches.required.values(),
    complete: () => observer.complete,
    store,
    past,
    now,
    unavailableAfterMs: options.unavailableAfterMs ?? UNAVAILABLE_AFTER_MS,
  })
  const dids = stack.use(new DidIndex(caches.participants))
  const publisher = stack.use(openPublisher({ kube, participants: caches.participants, digest, log, random }))
  const observer = stack.use(
    new Observer({
      caches,
      store,
      log,
      now: sight.judgingNow,
      digest,
      onDerived: publisher.publish,
      ...(stopwatch && { stopwatch }),
    }),
  )
  const participants = {
    get: (name: string) => caches.participants.get(name),
    holderOf: (did: string) => dids.holderOf(did),
    note: (object: KubeObject) => caches.participants.note(object),
  }
  const reconciler = stack.use(
    openReconciler({ kube, participants, profiles, reserved, now, random, newSecret, log }),
  )
  const writer = disowning(openWriter(options, participants, observer), past)
  return {
    reader: sight.reader,
    writer,
    freshness: sight.freshness,
    reading: () => readingOf({ caches, observer, nowMs: now() }),
    watches: () => watchReadings(caches, now()),
    async start(signal) {
      caches.start()
      await caches.whenSynced(signal)
      for (const [name] of caches.participants.entries()) reconciler.enqueue(name)
      stack.use(wake(caches, { enqueue: reconciler.enqueue, holderOf: participants.holderOf }))
      await observer.start(signal)
      past?.settle(sight.observedAtMs)
      log.info({ participants: caches.participants.size }, 'caches synced')
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function openWriter(
  { kube, profiles, reserved }: EngineOptions,
  participants: ParticipantWriterOptions['participants'],
  observer: Observer,
): ParticipantWriter {
  return openParticipantWriter({
    kube,
    participants: {
      ...participants,
      // Whoever wrote it must read it at once, not at the next tick.
      note(object) {
        participants.note(object)
        observer.refresh(object.metadata.name)
      },
      departed: (participant) => observer.depart(participant),
    },
    isDiscovered: (name) => observer.isDiscovered(name),
    profiles,
    reserved,
    objectMapOf: (input) => objectMap(objectRefs(input)),
  })
}

interface Waking {
  readonly enqueue: (name: string) => void
  readonly holderOf: (did: string) => ReturnType<DidIndex['holderOf']>
}

/** Only after the first sync: who holds a DID, say, cannot be told from half a list. */
function wake({ participants, namespaces, deployments, statefulSets }: Caches, waking: Waking): Disposable {
  const stack = new DisposableStack()
  const enqueue = (name: string | undefined): void => {
    if (name !== undefined && name !== '') waking.enqueue(name)
  }
  stack.use(participants.subscribe((change) => wokenByParticipant(change, waking).forEach(enqueue)))
  stack.use(namespaces.subscribe((change) => enqueue(wokenByNamespace(change))))
  stack.use(deployments.subscribe((change) => enqueue(wokenByWorkload(change))))
  stack.use(statefulSets.subscribe((change) => enqueue(wokenByWorkload(change))))
  return stack
}

function digest(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('base64url')
}

/** 256 bits, in characters that need no escaping anywhere. */
function newSecret(): string {
  return randomBytes(32).toString('base64url')
}
