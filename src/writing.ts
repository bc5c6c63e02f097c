/** What only the leader does: reconciles Participants and writes verdicts into them. It begins and ends with a term. */
import { type EventReporterOptions, openEventReporter } from './kube/event-reporter.ts'
import { permitted } from './kube/permitted.ts'
import type { Term } from './kube/term.ts'
import type { QueueReading } from './model/reading.ts'
import type { Caches } from './observe/caches.ts'
import { openPublisher, type Publisher } from './observe/publisher.ts'
import { openReconciler, type ReconcilerOptions } from './reconcile/reconciler.ts'
import { wokenByNamespace, wokenByParticipant, wokenByWorkload } from './reconcile/triggers.ts'

export interface WritingOptions
  extends Omit<ReconcilerOptions, 'tell'>, Pick<EventReporterOptions, 'instance' | 'onEvent'> {
  readonly caches: Caches
  /** A short digest of bytes. */
  readonly digest: (bytes: Uint8Array) => string
}

export class Writing {
  readonly #options: WritingOptions
  #writers: Writers | undefined

  constructor(options: WritingOptions) {
    this.#options = options
  }

  /** Writes a verdict soon; what is told between terms is dropped, as a term begins with a look at everything. */
  readonly publish: Publisher['publish'] = (participant, derived) =>
    this.#writers?.publish(participant, derived)

  get queue(): QueueReading {
    return this.#writers?.queue() ?? { ready: 0, working: 0, delayed: 0 }
  }

  /**
   * To be opened when the caches are complete: all participants are looked at. Disposing begins no further write and
   * waits for those under way.
   */
  open(term: Term): AsyncDisposable {
    const writers = openWriters(this.#options, term)
    this.#writers = writers
    term.signal.addEventListener('abort', () => (this.#writers = undefined), { once: true })
    return writers
  }
}

interface Writers extends Pick<Publisher, 'publish'>, AsyncDisposable {
  readonly queue: () => QueueReading
}

function openWriters({ caches, ...options }: WritingOptions, term: Term): Writers {
  const kube = permitted(options.kube, { permit: term.permit, cut: term.signal })
  const { tuning: _, ...reporting } = options
  const events = openEventReporter({ ...reporting, kube })
  const { tell } = events
  const publisher = openPublisher({ ...options, participants: caches.participants, kube, tell })
  const reconciler = openReconciler({ ...options, kube, tell })
  for (const [name] of caches.participants.entries()) reconciler.enqueue(name)
  const waking = wake(caches, {
    enqueue: reconciler.enqueue,
    holderOf: (did) => options.participants.holderOf(did),
  })
  return {
    publish: publisher.publish,
    queue: reconciler.queue,
    async [Symbol.asyncDispose]() {
      waking[Symbol.dispose]()
      // Both at once: a term may be over already.
      await Promise.all([publisher, reconciler, events].map((writer) => writer[Symbol.asyncDispose]()))
    },
  }
}

interface Waking {
  readonly enqueue: (name: string) => void
  readonly holderOf: ReconcilerOptions['participants']['holderOf']
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
