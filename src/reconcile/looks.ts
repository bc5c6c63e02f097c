/** Remembers for a while that a participant's objects were found as they are wanted: a pass need not read them again. */
import { ASKS } from '../model/names.ts'
import { askedOperation } from '../model/operation.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Participant } from '../model/participant.ts'
import { readySince } from '../model/seed-steps.ts'
import type { StepResult } from './pass.ts'
import type { ReconcileStep } from './work.ts'

/** The steps that read what there is. One that is not named here is taken in every pass. */
const LOOKING: ReadonlySet<string> = new Set([
  'namespace',
  'policies',
  'secrets',
  'storage',
  'workloads',
  'routes',
])

export function isLooking({ name }: Pick<ReconcileStep, 'name'>): boolean {
  return LOOKING.has(name)
}

export interface LooksOptions {
  /** A clock that never goes back, in ms. */
  readonly now: () => number
  /** How long a look is good for, in ms, at a participant whose components are ready, and at any other. */
  readonly goodForMs: { readonly ready: () => number; readonly unready: number }
}

/** A look that was begun, and what it is about. */
export interface Look {
  readonly participant: Participant
}

interface Finding {
  readonly of: string
  readonly ready: boolean
  readonly endsAtMs: number
  readonly outcomes: ReadonlyMap<string, Outcome>
}

/**
 * A look answers for the steps of later passes until its time is over, the Participant is another or asks for something,
 * its components cease to be ready, or {@link disturb} says that something about its objects changed: during the look,
 * too. Losing what is kept here costs a read.
 */
export class Looks {
  readonly #options: LooksOptions
  readonly #findings = new Map<string, Finding>()
  readonly #begun = new Map<string, Look>()

  constructor(options: LooksOptions) {
    this.#options = options
  }

  /** The steps of a pass, those that were answered by an earlier look replaced by its answers. */
  sparing(participant: Participant, steps: readonly ReconcileStep[]): readonly ReconcileStep[] {
    const finding = this.#holding(participant)
    if (finding === undefined) return steps
    return steps.map((step) => {
      const outcome = finding.outcomes.get(step.name)
      return outcome === undefined ? step : { name: step.name, run: async () => outcome }
    })
  }

  /** How long what is known of the participant is good for, in ms; undefined when it has to be looked at. */
  leftMs(participant: Participant): number | undefined {
    const finding = this.#holding(participant)
    return finding === undefined ? undefined : finding.endsAtMs - this.#options.now()
  }

  /** To be called before anything is read. */
  begin(participant: Participant): Look {
    const look = { participant }
    this.#findings.delete(participant.metadata.name)
    this.#begun.set(participant.metadata.name, look)
    return look
  }

  /** Keeps what was found if all of it is as wanted. Only for a look during which nothing was written. */
  keep(look: Look, results: readonly Pick<StepResult, 'name' | 'outcome'>[]): void {
    const { participant } = look
    const { name } = participant.metadata
    if (this.#begun.get(name) !== look) return
    this.#begun.delete(name)
    const found = results.filter(isLooking)
    if (found.length === 0 || !found.every(({ outcome }) => outcome?.kind === 'done')) return
    const ready = readySince(participant) !== undefined
    const { now, goodForMs } = this.#options
    this.#findings.set(name, {
      of: identityOf(participant),
      ready,
      endsAtMs: now() + (ready ? goodForMs.ready() : goodForMs.unready),
      outcomes: new Map(found.flatMap((step) => (step.outcome ? [[step.name, step.outcome]] : []))),
    })
  }

  /** Something about the objects of this participant may have changed, or it is gone. */
  disturb(name: string): void {
    this.#findings.delete(name)
    this.#begun.delete(name)
  }

  #holding(participant: Participant): Finding | undefined {
    const finding = this.#findings.get(participant.metadata.name)
    if (finding === undefined) return undefined
    const holds =
      finding.of === identityOf(participant) &&
      finding.endsAtMs > this.#options.now() &&
      (readySince(participant) !== undefined || !finding.ready) &&
      askedOperation(participant) === undefined
    return holds ? finding : undefined
  }
}

/** All that objects are made from; profiles do not change while the program runs. */
function identityOf({ metadata }: Participant): string {
  const { uid, generation, deletionTimestamp, annotations = {} } = metadata
  return JSON.stringify([uid, generation, deletionTimestamp, annotations[ASKS.rotate]])
}
