/** Both flows, connected: cluster → caches → observer → store, and Participant → reconciler → cluster. They meet in the cluster. */
import { createHash, randomBytes } from 'node:crypto'
import { objectMap } from './contract/object-map.ts'
import type { Freshness, StatusReader } from './http/ports.ts'
import type { Kube } from './kube/kube.ts'
import { openParticipantWriter } from './kube/participant-writer.ts'
import { objectRefs } from './manifests/manifests.ts'
import type { KubeObject } from './model/kubernetes.ts'
import type { Log } from './model/log.ts'
import type { Profiles } from './model/profile.ts'
import type { ParticipantWriter } from './model/requests.ts'
import { type Caches, openCaches } from './observe/caches.ts'
import { DidIndex } from './observe/did-index.ts'
import { Observer } from './observe/observer.ts'
import { openPublisher } from './observe/publisher.ts'
import { openReconciler } from './reconcile/reconciler.ts'
import { wokenByNamespace, wokenByParticipant, wokenByWorkload } from './reconcile/triggers.ts'
import { MemoryStore } from './store/memory.ts'

export interface EngineOptions {
  readonly kube: Kube
  readonly profiles: Profiles
  readonly reserved: readonly string[]
  readonly log: Log
}

export interface Engine extends AsyncDisposable {
  readonly reader: StatusReader
  readonly writer: ParticipantWriter
  readonly freshness: () => Freshness
  /** Resolves when the caches are synced and every participant has been judged once. */
  start(signal: AbortSignal): Promise<void>
}

/** A watch silent for this many ms is behind: bookmarks come about once a minute, the stall guard acts at 90 s. */
const STALE_AFTER_MS = 120_000

export function openEngine(options: EngineOptions): Engine {
  const { kube, profiles, reserved, log } = options
  const now = Date.now
  const random = Math.random
  const stack = new AsyncDisposableStack()
  const store = stack.use(new MemoryStore())
  const caches = stack.use(openCaches({ kube, log, now, random }))
  const dids = stack.use(new DidIndex(caches.participants))
  const publisher = stack.use(openPublisher({ kube, participants: caches.participants, log, random }))
  const observer = stack.use(new Observer({ caches, store, log, now, digest, onDerived: publisher.publish }))
  const participants = {
    get: (name: string) => caches.participants.get(name),
    holderOf: (did: string) => dids.holderOf(did),
    note: (object: KubeObject) => caches.participants.note(object),
  }
  const reconciler = stack.use(
    openReconciler({ kube, participants, profiles, reserved, now, random, newSecret, log }),
  )
  const writer = openParticipantWriter({
    kube,
    participants: {
      ...participants,
      // Whoever wrote it must read it at once, not at the next tick.
      note(object) {
        caches.participants.note(object)
        observer.refresh(object.metadata.name)
      },
    },
    profiles,
    reserved,
    objectMapOf: (input) => objectMap(objectRefs(input)),
  })
  return {
    reader: store,
    writer,
    freshness: () => freshnessOf(caches, observer.complete, now()),
    async start(signal) {
      caches.start()
      await caches.whenSynced(signal)
      for (const [name] of caches.participants.entries()) reconciler.enqueue(name)
      stack.use(wake(caches, { enqueue: reconciler.enqueue, holderOf: participants.holderOf }))
      await observer.start(signal)
      log.info({ participants: caches.participants.size }, 'caches synced')
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
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

function freshnessOf({ all }: Caches, synced: boolean, nowMs: number): Freshness {
  const observedAtMs = Math.min(...[...all.values()].map(({ lastContactMs }) => lastContactMs))
  return { synced, observedAtMs, stale: nowMs - observedAtMs > STALE_AFTER_MS }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('base64url')
}

/** 256 bits, in characters that need no escaping anywhere. */
function newSecret(): string {
  return randomBytes(32).toString('base64url')
}
