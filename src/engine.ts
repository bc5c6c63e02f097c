/** Both flows, connected: cluster → caches → observer → store, and Participant → reconciler → cluster. They meet in the cluster. */
import { createHash, randomBytes } from 'node:crypto'
import { objectMap } from './contract/object-map.ts'
import { disowning, openSight } from './freshness.ts'
import type { Freshness, StatusReader } from './http/ports.ts'
import type { Kube } from './kube/kube.ts'
import { type Leadership, openSoleLeadership } from './kube/leadership.ts'
import { openParticipantWriter, type ParticipantWriterOptions } from './kube/participant-writer.ts'
import { MakingRoom } from './making-room.ts'
import { objectRefs } from './manifests/manifests.ts'
import type { Log } from './model/log.ts'
import { MANAGED_BY } from './model/names.ts'
import type { Profiles } from './model/profile.ts'
import type { LeadershipReading, Reading, WatchReading } from './model/reading.ts'
import type { ParticipantWriter } from './model/requests.ts'
import { type Caches, openCaches } from './observe/caches.ts'
import { DidIndex } from './observe/did-index.ts'
import { Observer, type Stopwatch } from './observe/observer.ts'
import { readingOf, watchReadings } from './observe/reading.ts'
import { seedingOf } from './reconcile/seeding/seeding.ts'
import { MemoryStore } from './store/memory.ts'
import type { OpenedStore } from './store/open-store.ts'
import { Writing, type WritingOptions } from './writing.ts'

export interface EngineOptions extends Pick<
  WritingOptions,
  'onWrite' | 'onPass' | 'onEvent' | 'throttle' | 'seeding'
> {
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
  /** Names this process in Kubernetes Events. Default: the program. */
  readonly instance?: string
  /** When this process writes; started and closed here. Default: always, as nobody else does. */
  readonly leadership?: Leadership
}

export interface Engine extends AsyncDisposable {
  readonly reader: StatusReader
  readonly writer: ParticipantWriter
  readonly freshness: () => Freshness
  /** For metrics. */
  readonly reading: () => Reading
  /** For health checks. */
  readonly watches: () => readonly WatchReading[]
  readonly leadership: () => LeadershipReading
  /** Resolves when the caches are synced and every participant has been judged once. */
  start(signal: AbortSignal): Promise<void>
  /** Ends what is written by itself, then gives the leadership away. Readers and the writer for requests go on. */
  stopWriting(): Promise<void>
}

const UNAVAILABLE_AFTER_MS = 900_000

export function openEngine(options: EngineOptions): Engine {
  const { kube, profiles, reserved, discovery, log, stopwatch, instance = MANAGED_BY, ...writes } = options
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
  const participants = participantsIn(caches, stack.use(new DidIndex(caches.participants)))
  const tools = { kube, caches, participants, profiles, reserved, now, random, newSecret, digest, log }
  const room = new MakingRoom()
  const shares = { concurrency: room.passes, parallelVerdicts: room.verdicts }
  const writing = new Writing({ ...writes, ...tools, ...shares, instance })
  const observer = stack.use(
    new Observer({
      caches,
      store,
      log,
      now: sight.judgingNow,
      digest,
      onDerived: writing.publish,
      isSeeded: (participant) => seedingOf(participant, options.seeding) !== undefined,
      ...(stopwatch && { stopwatch }),
    }),
  )
  const leadership = stack.use(options.leadership ?? openSoleLeadership())
  const writer = room.for(disowning(openWriter(options, participants, observer), past))
  return {
    reader: sight.reader,
    writer,
    freshness: sight.freshness,
    reading: () => readingOf({ caches, observer, leadership, queue: writing.queue, nowMs: now() }),
    watches: () => watchReadings(caches, now()),
    leadership: () => leadership.reading(),
    stopWriting: async () => leadership[Symbol.asyncDispose](),
    async start(signal) {
      caches.start()
      await caches.whenSynced(signal)
      leadership.start((term) => {
        const writers = writing.open(term)
        observer.lookAtAll()
        return writers
      })
      await observer.start(signal)
      past?.settle(sight.observedAtMs)
      log.info({ participants: caches.participants.size }, 'caches synced')
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function participantsIn({ participants }: Caches, dids: DidIndex): WritingOptions['participants'] {
  return {
    get: (name) => participants.get(name),
    holderOf: (did) => dids.holderOf(did),
    note: (object) => participants.note(object),
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
    now: Date.now,
    objectMapOf: (input) => objectMap(objectRefs(input)),
  })
}

function digest(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('base64url')
}

/** 256 bits, in characters that need no escaping anywhere. */
function newSecret(): string {
  return randomBytes(32).toString('base64url')
}
