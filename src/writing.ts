/** What only the leader does: reconciles Participants and writes verdicts into them. It begins and ends with a term. */
import { type EventReporterOptions, openEventReporter } from './kube/event-reporter.ts'
import { permitted } from './kube/permitted.ts'
import type { Term } from './kube/term.ts'
import { type Throttle, throttled } from './kube/throttled.ts'
import type { QueueReading } from './model/reading.ts'
import type { Caches } from './observe/caches.ts'
import { openPublisher, type Publisher, type PublisherOptions } from './observe/publisher.ts'
import { openReconciler, type Reconciler, type ReconcilerOptions } from './reconcile/reconciler.ts'
import { vaultStarted, wokenByNamespace, wokenByParticipant, wokenByWorkload } from './reconcile/triggers.ts'

export interface WritingOptions
  extends
    Omit<ReconcilerOptions, 'tell'>,
    Pick<EventReporterOptions, 'instance' | 'onEvent'>,
    Pick<PublisherOptions, 'parallelVerdicts'> {
  readonly caches: Caches
  /** A short digest of bytes. */
  readonly digest: (bytes: Uint8Array) => string
  /** Slows down what is written in the background, in all terms together; requests are not slowed down. Default: none. */
  readonly throttle?: Throttle
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

function openWriters({ caches, throttle, ...options }: WritingOptions, term: Term): Writers {
  const inTerm = permitted(options.kube, { permit: term.permit, cut: term.signal })
  // Outside, so that the term is asked after the wait for a turn.
  const kube = throttle === undefined ? inTerm : throttled(inTerm, throttle)
  const { tuning: _, ...reporting } = options
  // Events have a rate of their own.
  const events = openEventReporter({ ...reporting, kube: inTerm })
  const { tell } = events
  const publisher = openPublisher({ ...options, participants: caches.participants, kube, tell })
  const reconciler = openReconciler({ ...options, kube, tell })
  reconciler.enqueueAll([...caches.participants.entries()].map(([name]) => name))
  const waking = wake(caches, {
    ...reconciler,
    holderOf: (did) => options.participants.holderOf(did),
    opensVaults: options.seeding !== undefined,
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

interface Waking extends Pick<Reconciler, 'enqueue' | 'disturb' | 'verify'> {
  readonly opensVaults: boolean
  readonly holderOf: ReconcilerOptions['participants']['holderOf']
}

/** Only after the first sync: who holds a DID, say, cannot be told from half a list. */
function wake({ participants, namespaces, deployments, statefulSets }: Caches, waking: Waking): Disposable {
  const stack = new DisposableStack()
  const disturb = (name: string | undefined): void => {
    if (name !== undefined && name !== '') waking.disturb(name)
  }
  stack.use(participants.subscribe((change) => wokenByParticipant(change, waking).forEach(waking.enqueue)))
  stack.use(namespaces.subscribe((change) => disturb(wokenByNamespace(change))))
  stack.use(deployments.subscribe((change) => disturb(wokenByWorkload(change))))
  stack.use(statefulSets.subscribe((change) => disturb(wokenByWorkload(change))))
  if (waking.opensVaults)
    stack.use(
      statefulSets.subscribe((change) => {
        const name = vaultStarted(change)
        if (name !== undefined) waking.verify(name)
      }),
    )
  return stack
}
