/** The steps of seeding by name, and what each says about a participant. */
import type { Condition, Participant } from './participant.ts'

/** In order; a step relies on all before it. */
export const SEED_STEPS = ['apis', 'holder', 'wallet', 'hand-over', 'definitions', 'credential'] as const
export type SeedStep = (typeof SEED_STEPS)[number]

/** Where the runtimes share the vault of the participant: it is opened before they are made; what they used before goes when they run. */
export const VAULT_STEPS = ['vault', 'old-tokens'] as const

/** Conditions of participants that are seeded, and the steps that have to be done for each. */
export const SEED_CONDITIONS = {
  IssuerRegistered: ['holder'],
  Seeded: ['wallet', 'hand-over', 'definitions'],
  CredentialIssued: ['credential'],
} as const satisfies Readonly<Record<string, readonly SeedStep[]>>

export type SeedCondition = keyof typeof SEED_CONDITIONS

export function isSeedStep(name: string): boolean {
  return SEED_STEPS.some((step) => step === name)
}

export function isVaultStep(name: string): boolean {
  return VAULT_STEPS.some((step) => step === name)
}

export function isSeedCondition(type: string): boolean {
  return Object.hasOwn(SEED_CONDITIONS, type)
}

/** In the order in which they come about; none for a participant that is not seeded. */
export function seedConditionsOf({ status }: Pick<Participant, 'status'>): readonly Condition[] {
  return Object.keys(SEED_CONDITIONS).flatMap(
    (type) => status?.conditions?.find((condition) => condition.type === type) ?? [],
  )
}

/** What the components hold, and may lose when they start anew. The issuer's memory is not among it. */
const HELD_BY_COMPONENTS: readonly string[] = [
  'Seeded',
  'CredentialIssued',
] satisfies readonly SeedCondition[]

/** When the components became ready as they are now, RFC 3339; undefined while they are not. */
export function readySince({ status }: Pick<Participant, 'status'>): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'ComponentsReady')
  return ready?.status === 'True' ? ready.lastTransitionTime : undefined
}

/** Whether it says what was found before the components became ready as they are now. */
export function isFromBefore(participant: Pick<Participant, 'status'>, condition: Condition): boolean {
  if (!HELD_BY_COMPONENTS.includes(condition.type)) return false
  const since = readySince(participant)
  return since === undefined || Date.parse(condition.lastTransitionTime) < Date.parse(since)
}

/** False while what was found before the components became ready has not been found again since. */
export function isSeedVerified(participant: Pick<Participant, 'status'>): boolean {
  return !seedConditionsOf(participant).some(
    (condition) => condition.status === 'True' && isFromBefore(participant, condition),
  )
}
