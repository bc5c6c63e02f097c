/** Works off one participant after the other: read from the cache, take the steps, say in the status how it went. */
import { backoffMs } from '../kube/backoff.ts'
import { hasReason } from '../kube/errors.ts'
import type { Kube } from '../kube/kube.ts'
import { permitted } from '../kube/permitted.ts'
import { WorkQueue } from '../kube/work-queue.ts'
import type { Tell } from '../model/happening.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { FIELD_MANAGER } from '../model/names.ts'
import { askedOperation } from '../model/operation.ts'
import type { PassEnd } from '../model/outcome.ts'
import type { Participant } from '../model/participant.ts'
import type { QueueReading } from '../model/reading.ts'
import { outcomeOf } from './from-error.ts'
import { happeningsOf, releaseOf } from './happenings.ts'
import { logPass } from './log-pass.ts'
import { isLooking, Looks } from './looks.ts'
import { type PassResult, runSteps, stepsFor } from './pass.ts'
import { type ReconcileStatus, reportOf, reportSuspended, saysAlready, statusPatch } from './report.ts'
import { seedingAside } from './seeding/aside.ts'
import type { Seeding } from './seeding/seeding.ts'
import { Verified } from './seeding/verified.ts'
import { assertCurrent, SupersededError } from './superseded.ts'
import { survey } from './survey.ts'
import { DEFAULT_TUNING, type Tuning } from './tuning.ts'
import { rendering } from './wanted.ts'
import type { ParticipantReader, ReconcileStep, StepTools, Work } from './work.ts'

export const PARALLEL_PASSES = 8

export interface ReconcilerOptions extends Omit<StepTools, 'tuning' | 'participants'> {
  readonly participants: ParticipantReader & {
    /** Takes the result of a write of ours ahead of the watch. */
    note(object: KubeObject): void
  }
  readonly random: () => number
  /** Default: participants are ready when their components are. */
  readonly seeding?: Seeding
  /** Participants worked on at the same time, at least 1, those not counted that wait for EDC. Default {@link PARALLEL_PASSES}. */
  readonly concurrency?: number | (() => number)
  /** Tells people what happened; silent by default. */
  readonly tell?: Tell
  /** Told how each pass ended, and how many ms it took. */
  readonly onPass?: (end: PassEnd, ms: number) => void
  /** Replaces some of {@link DEFAULT_TUNING}. */
  readonly tuning?: Partial<Tuning>
}

export interface Reconciler {
  /** Has the participant looked at as soon as its turn has come; what it is for is read then. */
  readonly enqueue: (name: string) => void
  /** The same, as something about its objects changed: they are read again, whatever was known of them. */
  readonly disturb: (name: string) => void
  /** The same, as a component of it may have lost its state: it is asked again, whatever was found before. */
  readonly verify: (name: string) => void
  /** Has all of them looked at; those for which everything was made already are read together. */
  readonly enqueueAll: (names: readonly string[]) => void
  readonly queue: () => QueueReading
}

/**
 * Never works on one participant twice at a time. Holds nothing that could be lost: a pass begins with what the cluster
 * says, or said a while ago if no watch has told of a change since (`looks.ts`). Disposing aborts the passes under way
 * between two calls and waits for their end.
 *
 * To be opened when the cache of Participants is complete: who holds a DID cannot be told before. Then enqueue all of
 * them, and from then on whom `triggers.ts` names.
 */
export function openReconciler(options: ReconcilerOptions): Reconciler & AsyncDisposable {
  const tuning = { ...DEFAULT_TUNING, ...options.tuning }
  const loop = new Loop({ ...options, tuning })
  return {
    enqueue: (name) => loop.queue.add(name),
    disturb: (name) => loop.disturb(name),
    verify: (name) => loop.verify(name),
    enqueueAll: (names) => loop.enqueueAll(names),
    queue: () => {
      const { depth, processing, delayed } = loop.queue.stats
      return { ready: depth, working: processing, delayed }
    },
    [Symbol.asyncDispose]: async () => loop[Symbol.asyncDispose](),
  }
}

class Loop {
  readonly queue: WorkQueue
  readonly #options: ReconcilerOptions & { readonly tuning: Tuning }
  /** Failed passes in a row, for the back-off; forgetting them costs only an early retry. */
  readonly #failures = new Map<string, number>()
  readonly #looks: Looks
  readonly #verified: Verified
  readonly #stop = new AbortController()
  #surveying: Promise<void> | undefined

  constructor(options: ReconcilerOptions & { readonly tuning: Tuning }) {
    this.#options = options
    this.#looks = new Looks({
      now: () => performance.now(),
      goodForMs: { ready: () => this.#resyncMs(), unready: options.tuning.unreadyLookMs },
    })
    const { random, tuning } = options
    const verifyMs = (): number => tuning.verifySeedMs * (0.75 + random() / 2)
    this.#verified = new Verified(() => performance.now(), verifyMs)
    this.queue = new WorkQueue({
      work: async (name, signal) => this.#look(name, signal),
      concurrency: options.concurrency ?? PARALLEL_PASSES,
      log: options.log,
      random: options.random,
      baseMs: options.tuning.backoffBaseMs,
      maxMs: options.tuning.backoffMaxMs,
    })
  }

  disturb(name: string): void {
    this.#looks.disturb(name)
    this.queue.add(name)
  }

  verify(name: string): void {
    this.#verified.doubt(name)
    this.queue.add(name)
  }

  enqueueAll(names: readonly string[]): void {
    const { kube, participants, tuning } = this.#options
    this.#surveying = survey(names, {
      kube,
      participants,
      together: tuning.readTogether,
      parallel: PARALLEL_PASSES,
      look: async (name, shared) => this.#lookAhead(name, shared),
      done: (name) => this.queue.add(name),
      signal: this.#stop.signal,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await Promise.all([this.queue[Symbol.asyncDispose](), this.#surveying])
  }

  /** Finds out what a pass need not read then. */
  async #lookAhead(name: string, kube: Kube): Promise<void> {
    const participant = this.#options.participants.get(name)
    if (participant === undefined) return
    const look = this.#looks.begin(participant)
    const work = { ...this.#workOn(participant, this.#stop.signal), kube }
    const { steps } = await runSteps(stepsFor(participant).filter(isLooking), work, 0)
    this.#looks.keep(look, steps)
  }

  async #look(name: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#pass(name, signal)
    } catch (error) {
      if (!(error instanceof SupersededError)) throw error
      this.#options.log.debug({ participant: name }, 'the pass was given up: the participant changed')
      this.queue.add(name)
    }
  }

  async #pass(name: string, signal: AbortSignal): Promise<void> {
    const participant = this.#options.participants.get(name)
    if (participant === undefined) {
      this.#looks.disturb(name)
      this.#verified.forget(name)
      return this.#forget(name)
    }
    if (participant.spec.suspended && participant.metadata.deletionTimestamp === undefined) {
      this.#forget(name)
      return await this.#say(participant, reportSuspended(participant, this.#options.now()), signal)
    }
    const steps = this.#verified.sparing(
      participant,
      stepsFor(participant, seedingAside(this.#options.seeding, this.queue, name)),
    )
    if (steps.length === 0) return this.#forget(name)
    await this.#take(participant, steps, signal)
  }

  async #take(participant: Participant, steps: readonly ReconcileStep[], signal: AbortSignal): Promise<void> {
    const { name } = participant.metadata
    // What was tried for an earlier operation says nothing about this one.
    if (askedOperation(participant) !== undefined) this.#forget(name)
    const startedAt = performance.now()
    const pass = await this.#run(participant, steps, signal)
    this.#options.onPass?.(pass.failed ? 'failed' : pass.outcome.kind, performance.now() - startedAt)
    if (!pass.failed) this.#forget(name)
    this.#verified.note(participant, pass.steps)
    this.#comeBack(participant, pass)
    if (isReleased(participant, pass)) this.#release(participant)
    else await this.#say(participant, reportOf(participant, pass, this.#options.tuning), signal)
    if (pass.unforeseen !== undefined)
      throw new Error(`reconciling "${name}" failed`, { cause: pass.unforeseen })
  }

  async #run(
    participant: Participant,
    steps: readonly ReconcileStep[],
    signal: AbortSignal,
  ): Promise<PassResult> {
    const retryInMs = this.#retryInMs(participant.metadata.name)
    const spared = this.#looks.sparing(participant, steps)
    if (spared !== steps) return await runSteps(spared, this.#workOn(participant, signal), retryInMs)
    const look = this.#looks.begin(participant)
    let wrote = false
    const work = this.#workOn(participant, signal, () => (wrote = true))
    const pass = await runSteps(steps, work, retryInMs)
    // What was written is looked at once more, by the next pass.
    if (!wrote) this.#looks.keep(look, pass.steps)
    return pass
  }

  #workOn(participant: Participant, signal: AbortSignal, onWriting?: () => void): Work {
    const { name, uid = '' } = participant.metadata
    const { kube, participants } = this.#options
    const permit = (): void => {
      assertCurrent({ name, participant, participants })
      onWriting?.()
    }
    let written = false
    return {
      ...this.#options,
      kube: permitted(kube, { permit }),
      records: permitted(kube, { permit: () => onWriting?.() }),
      participant,
      name,
      uid,
      wanted: rendering({ participant, profiles: this.#options.profiles }),
      signal,
      tell: (happening) => this.#options.tell?.(participant, happening),
      hasWritten: () => written,
      onWrite: (write) => {
        written = true
        this.#options.onWrite?.(write)
      },
    }
  }

  #retryInMs(name: string): number {
    const { tuning, random } = this.#options
    return backoffMs(this.#failures.get(name) ?? 0, {
      baseMs: tuning.backoffBaseMs,
      maxMs: tuning.backoffMaxMs,
      random,
      spread: 0.5,
    })
  }

  #comeBack(participant: Participant, { outcome, failed }: Pick<PassResult, 'outcome' | 'failed'>): void {
    const { name } = participant.metadata
    if (failed) this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1)
    switch (outcome.kind) {
      case 'done':
        this.queue.addAfter(name, this.#restMs(participant))
        return
      case 'waiting':
        this.queue.addAfter(name, outcome.recheckAfterMs)
        return
      case 'stalled':
        this.queue.addAfter(name, this.#options.tuning.stalledRecheckMs)
    }
  }

  /** Until what is known of its objects, or of what it was seeded with, has to be looked at again. */
  #restMs(participant: Participant): number {
    const looksMs = this.#looks.leftMs(participant) ?? this.#resyncMs()
    return Math.min(looksMs, this.#verified.leftMs(participant) ?? looksMs)
  }

  /** Spread out, so that a start with many participants does not become a wave that returns. */
  #resyncMs(): number {
    const { tuning, random } = this.#options
    return tuning.resyncMs * (0.5 + random() / 2)
  }

  #release(participant: Participant): void {
    this.#options.log.info({ participant: participant.metadata.name }, 'participant released')
    this.#options.tell?.(participant, releaseOf(participant, this.#options.now()))
  }

  #forget(name: string): void {
    this.#failures.delete(name)
    this.queue.forget(name)
  }

  /** A Participant that went away meanwhile has no status to write. */
  async #say(participant: Participant, report: ReconcileStatus, signal: AbortSignal): Promise<void> {
    if (saysAlready(participant, report)) return
    const { kube, participants } = this.#options
    try {
      const options = {
        manager: FIELD_MANAGER.reconcile,
        force: true,
        subresource: 'status',
        signal,
      } as const
      participants.note(await kube.apply(statusPatch(participant, report), options))
      logPass(this.#options.log, participant, report)
      for (const happening of happeningsOf(participant, report)) this.#options.tell?.(participant, happening)
    } catch (error) {
      signal.throwIfAborted()
      if (!hasReason(error, 'NotFound')) this.#unsaid(participant, error)
    }
  }

  #unsaid(participant: Participant, error: unknown): void {
    const { name } = participant.metadata
    const { tuning, log } = this.#options
    const times = { retryInMs: this.#retryInMs(name), forbiddenRecheckMs: tuning.stalledRecheckMs }
    const outcome = outcomeOf(error, times)
    log.warn(
      { participant: name, err: error },
      'the status of a participant could not be written; trying again',
    )
    this.#comeBack(participant, { outcome, failed: true })
  }
}

/** The last step of a removal takes the Participant away. */
function isReleased({ metadata }: Participant, { outcome }: PassResult): boolean {
  return metadata.deletionTimestamp !== undefined && outcome.kind === 'done'
}
