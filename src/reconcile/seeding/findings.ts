/** Says by conditions how far a participant is seeded. Pure. */
import type { Participant } from '../../model/participant.ts'
import { isSeedStep, SEED_CONDITIONS, type SeedCondition, type SeedStep } from '../../model/seed-steps.ts'
import { isUnanswered } from '../from-edc.ts'
import type { PassResult, StepResult } from '../pass.ts'
import type { Finding, Findings } from '../report.ts'

const DONE: Readonly<Record<SeedCondition, Finding>> = {
  IssuerRegistered: {
    status: 'True',
    reason: 'HolderRegistered',
    message: 'the issuer knows the participant as a holder',
  },
  Seeded: {
    status: 'True',
    reason: 'SeedInPlace',
    message: 'wallet, secret and definitions are as they are wanted',
  },
  CredentialIssued: { status: 'True', reason: 'CredentialHeld', message: 'the wallet holds the credential' },
}

/**
 * True when all steps of a condition are done, False with the reason of the first that is not, and as it was when that was
 * not reached, or was true and nobody answers. During a removal they stay, until the holder is removed. None when nothing is seeded.
 */
export function seedFindings(participant: Participant, { steps }: Pick<PassResult, 'steps'>): Findings {
  const { status } = participant
  const removal = steps.find(({ name }) => name === 'remove-holder')
  if (removal !== undefined) return findingsOfRemoval(status, removal)
  if (!steps.some(({ name }) => isSeedStep(name))) return {}
  return Object.fromEntries(
    Object.entries(SEED_CONDITIONS).map(([type, names]) => [
      type,
      findingOf(participant, type as SeedCondition, stepsNamed(names, steps)),
    ]),
  )
}

function stepsNamed(names: readonly SeedStep[], steps: readonly StepResult[]): readonly StepResult[] {
  return steps.filter(({ name }) => names.some((known) => known === name))
}

function findingOf(
  { status }: Participant,
  type: SeedCondition,
  steps: readonly StepResult[],
): Finding | undefined {
  const pending = steps.find(({ outcome }) => outcome?.kind !== 'done')
  if (pending === undefined) return DONE[type]
  const { outcome } = pending
  if (outcome === undefined || outcome.kind === 'done') return undefined
  const { reason, message } = outcome
  const held = status?.conditions?.find((condition) => condition.type === type)
  if (held?.status === 'True' && isUnanswered(reason)) return undefined
  return { status: 'False', reason, message }
}

function findingsOfRemoval(status: Participant['status'], { outcome }: StepResult): Findings {
  const held = status?.conditions?.filter(({ type }) => Object.hasOwn(SEED_CONDITIONS, type)) ?? []
  const kept = Object.fromEntries(held.map(({ type }) => [type, undefined]))
  if (!Object.hasOwn(kept, 'IssuerRegistered') || outcome?.kind !== 'done') return kept
  const message = outcome.message ?? 'the issuer has forgotten the participant'
  return { ...kept, IssuerRegistered: { status: 'False', reason: 'HolderRemoved', message } }
}
