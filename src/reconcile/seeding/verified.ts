/** Remembers for a while that a participant was found as it was seeded: a pass need not ask its vault and its EDC again. */
import { ASKS } from '../../model/names.ts'
import { askedOperation } from '../../model/operation.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { Participant } from '../../model/participant.ts'
import { isSeedStep, isVaultStep, readySince } from '../../model/seed-steps.ts'
import { done } from '../outcomes.ts'
import type { StepResult } from '../pass.ts'
import type { ReconcileStep, Work } from '../work.ts'

interface Finding {
  readonly of: string
  readonly endsAtMs: number
}

/**
 * Forgotten when its time is over, the Participant is another or asks for something, or its components cease to be ready:
 * who starts anew may have lost everything. Losing what is kept here costs some calls.
 */
export class Verified {
  readonly #now: () => number
  readonly #goodForMs: () => number
  readonly #findings = new Map<string, Finding>()
  /** Since their pass began, so that what it finds may be old. */
  readonly #doubted = new Set<string>()

  /** `now` is a clock that never goes back, in ms. */
  constructor(now: () => number, goodForMs: () => number) {
    this.#now = now
    this.#goodForMs = goodForMs
  }

  /** The steps of a pass, those of seeding replaced by what was found earlier while that holds. */
  sparing(participant: Participant, steps: readonly ReconcileStep[]): readonly ReconcileStep[] {
    this.#doubted.delete(participant.metadata.name)
    if (this.leftMs(participant) === undefined) return steps
    return steps.map((step) => (isVerified(step.name) ? spared(step) : step))
  }

  /** How long it is good for, in ms; undefined when nothing is known. */
  leftMs(participant: Participant): number | undefined {
    const finding = this.#findings.get(participant.metadata.name)
    if (finding === undefined || finding.of !== identityOf(participant)) return undefined
    const leftMs = finding.endsAtMs - this.#now()
    const holds =
      leftMs > 0 && readySince(participant) !== undefined && askedOperation(participant) === undefined
    return holds ? leftMs : undefined
  }

  /** After each pass, with how its steps ended. */
  note(participant: Participant, results: readonly Pick<StepResult, 'name' | 'outcome'>[]): void {
    const { name } = participant.metadata
    const seeding = results.filter((result) => isVerified(result.name))
    const isSeeded = seeding.length > 0 && seeding.every(({ outcome }) => outcome?.kind === 'done')
    if (!isSeeded || this.#doubted.has(name)) this.#findings.delete(name)
    else if (this.leftMs(participant) === undefined)
      this.#findings.set(name, { of: identityOf(participant), endsAtMs: this.#now() + this.#goodForMs() })
  }

  /** Something happened to it: also what a pass under way finds is not kept. */
  doubt(name: string): void {
    this.#findings.delete(name)
    this.#doubted.add(name)
  }

  /** It is gone. */
  forget(name: string): void {
    this.#findings.delete(name)
    this.#doubted.delete(name)
  }
}

/** What was just written may be what the vault has to be told of. */
function spared({ name, run }: ReconcileStep): ReconcileStep {
  const isAffected = ({ hasWritten }: Work): boolean => isVaultStep(name) && hasWritten()
  return { name, run: async (work): Promise<Outcome> => (isAffected(work) ? await run(work) : done()) }
}

function isVerified(step: string): boolean {
  return isSeedStep(step) || isVaultStep(step)
}

/** Also by when the components became ready: they can have ceased to be, and no pass saw it. */
function identityOf(participant: Participant): string {
  const { uid, generation, annotations } = participant.metadata
  return JSON.stringify([uid, generation, annotations?.[ASKS.rotate], readySince(participant)])
}
