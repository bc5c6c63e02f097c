/** Works off one participant after the other: read from the cache, take the steps, say in the status how it went. */
import { backoffMs } from '../kube/backoff.ts'
import { hasReason } from '../kube/errors.ts'
import { permitted } from '../kube/permitted.ts'
import { WorkQueue } from '../kube/work-queue.ts'
import type { Tell } from '../model/happening.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { FIELD_MANAGER } from '../model/names.ts'
import { askedOperation } from '../model/operation.ts'
import type { PassEnd } from '../model/outcome.ts'
import type { Participant, StepState } from '../model/participant.ts'
import type { QueueReading } from '../model/reading.ts'
import { outcomeOf } from './from-error.ts'
import { happeningsOf, releaseOf } from './happenings.ts'
import { type PassResult, runSteps, stepsFor } from './pass.ts'
import { type ReconcileStatus, reportOf, reportSuspended, saysAlready, statusPatch } from './report.ts'
import { assertCurrent, SupersededError } from './superseded.ts'
import { DEFAULT_TUNING, type Tuning } from './tuning.ts'
import type { ParticipantReader, ReconcileStep, StepTools, Work } from './work.ts'

export interface ReconcilerOptions extends Omit<StepTools, 'tuning' | 'participants'> {
  readonly participants: ParticipantReader & {
    /** Takes the result of a write of ours ahead of the watch. */
    note(object: KubeObject): void
  }
  readonly random: () => number
  /** Participants worked on at the same time. Default 8. */
  readonly concurrency?: number
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
  readonly queue: () => QueueReading
}

/**
 * Never works on one participant twice at a time. Holds nothing that could be lost: every pass begins with what the
 * cluster says. Disposing aborts the passes under way between two calls and waits for their end.
 *
 * To be opened when the cache of Participants is complete: who holds a DID cannot be told before. Then enqueue all of
 * them, and from then on whom `triggers.ts` names.
 */
export function openReconciler(options: ReconcilerOptions): Reconciler & AsyncDisposable {
  const tuning = { ...DEFAULT_TUNING, ...options.tuning }
  const loop = new Loop({ ...options, tuning })
  return {
    enqueue: (name) => loop.queue.add(name),
    queue: () => {
      const { depth, processing, delayed } = loop.queue.stats
      return { ready: depth, working: processing, delayed }
    },
    [Symbol.asyncDispose]: async () => loop.queue[Symbol.asyncDispose](),
  }
}

class Loop {
  readonly queue: WorkQueue
  readonly #options: ReconcilerOptions & { readonly tuning: Tuning }
  /** Failed passes in a row, for the back-off; forgetting them costs only an early retry. */
  readonly #failures = new Map<string, number>()

  constructor(options: ReconcilerOptions & { readonly tuning: Tuning }) {
    this.#options = options
    this.queue = new WorkQueue({
      work: async (name, signal) => this.#look(name, signal),
      concurrency: options.concurrency ?? 8,
      log: options.log,
      random: options.random,
      baseMs: options.tuning.backoffBaseMs,
      maxMs: options.tuning.backoffMaxMs,
    })
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
    if (participant === undefined) return this.#forget(name)
    if (participant.spec.suspended && participant.metadata.deletionTimestamp === undefined) {
      this.#forget(name)
      return await this.#say(participant, reportSuspended(participant, this.#options.now()), signal)
    }
    const steps = stepsFor(participant)
    if (steps.length === 0) return this.#forget(name)
    await this.#take(participant, steps, signal)
  }

  async #take(participant: Participant, steps: readonly ReconcileStep[], signal: AbortSignal): Promise<void> {
    const { name } = participant.metadata
    // What was tried for an earlier operation says nothing about this one.
    if (askedOperation(participant) !== undefined) this.#forget(name)
    const startedAt = performance.now()
    const pass = await runSteps(steps, this.#workOn(participant, signal), this.#retryInMs(name))
    this.#options.onPass?.(pass.failed ? 'failed' : pass.outcome.kind, performance.now() - startedAt)
    if (!pass.failed) this.#forget(name)
    this.#comeBack(name, pass)
    if (isReleased(participant, pass)) this.#release(participant)
    else await this.#say(participant, reportOf(participant, pass, this.#options.tuning), signal)
    if (pass.unforeseen !== undefined)
      throw new Error(`reconciling "${name}" failed`, { cause: pass.unforeseen })
  }

  #workOn(participant: Participant, signal: AbortSignal): Work {
    const { name, uid = '' } = participant.metadata
    const { kube, participants } = this.#options
    const permit = (): void => assertCurrent({ name, participant, participants })
    let written = false
    return {
      ...this.#options,
      kube: permitted(kube, { permit }),
      participant,
      name,
      uid,
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

  #comeBack(name: string, { outcome, failed }: Pick<PassResult, 'outcome' | 'failed'>): void {
    if (failed) this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1)
    const { tuning, random } = this.#options
    switch (outcome.kind) {
      case 'done':
        // Spread out, so that a start with many participants does not become a wave that returns.
        this.queue.addAfter(name, tuning.resyncMs * (0.5 + random() / 2))
        return
      case 'waiting':
        this.queue.addAfter(name, outcome.recheckAfterMs)
        return
      case 'stalled':
        this.queue.addAfter(name, tuning.stalledRecheckMs)
    }
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
    const { name } = participant.metadata
    try {
      const options = {
        manager: FIELD_MANAGER.reconcile,
        force: true,
        subresource: 'status',
        signal,
      } as const
      participants.note(await kube.apply(statusPatch(participant, report), options))
      this.#log(participant, report)
      for (const happening of happeningsOf(participant, report)) this.#options.tell?.(participant, happening)
    } catch (error) {
      signal.throwIfAborted()
      if (!hasReason(error, 'NotFound')) this.#unsaid(name, error)
    }
  }

  /** Once per change of state; what merely gets another wording is for whoever looks closely. */
  #log(participant: Participant, report: ReconcileStatus): void {
    const { log } = this.#options
    const now = summaryOf(report)
    const before = summaryOf(participant.status ?? {})
    const same = now.step === before.step && now.state === before.state && now.reason === before.reason
    const fields = { participant: participant.metadata.name, ...now }
    if (same) log.debug(fields, 'participant reconciled')
    else log.info(fields, 'participant reconciled')
  }

  #unsaid(name: string, error: unknown): void {
    const { tuning, log } = this.#options
    const times = { retryInMs: this.#retryInMs(name), forbiddenRecheckMs: tuning.stalledRecheckMs }
    const outcome = outcomeOf(error, times)
    log.warn(
      { participant: name, err: error },
      'the status of a participant could not be written; trying again',
    )
    this.#comeBack(name, { outcome, failed: true })
  }
}

/** The last step of a removal takes the Participant away. */
function isReleased({ metadata }: Participant, { outcome }: PassResult): boolean {
  return metadata.deletionTimestamp !== undefined && outcome.kind === 'done'
}

interface Summary {
  readonly state: StepState
  readonly step?: string
  readonly reason?: string | undefined
  readonly why?: string | undefined
}

/** The step that is not done yet. */
function summaryOf({ steps = [] }: Pick<ReconcileStatus, 'steps'>): Summary {
  const open = steps.find(({ state }) => state !== 'Done')
  if (open === undefined) return { state: steps.length === 0 ? 'Pending' : 'Done' }
  return { step: open.name, state: open.state, reason: open.reason, why: open.message }
}
