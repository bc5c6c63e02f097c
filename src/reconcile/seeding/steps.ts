/** The steps that make a participant out of running components: known to the issuer, with a wallet, offers and a credential. */
import { EdcError } from '../../edc/errors.ts'
import type { Outcome } from '../../model/outcome.ts'
import { SEED_STEPS, type SeedStep } from '../../model/seed-steps.ts'
import type { ProfileSeeding } from '../../seed/settings.ts'
import { outcomeOfEarly } from '../from-edc.ts'
import type { ReconcileStep, Work } from '../work.ts'
import { apis } from './apis.ts'
import { credential } from './credential.ts'
import { definitions } from './definitions.ts'
import { handOver } from './hand-over.ts'
import { holder } from './holder.ts'
import { openSession, type Seeding, type Session } from './seeding.ts'
import { wallet } from './wallet.ts'

/** What a step of seeding is handed. */
export interface SeedWork {
  readonly work: Work
  readonly seeding: Seeding
  readonly how: ProfileSeeding
  /** The same for all steps of one pass. */
  readonly session: () => Promise<Session>
}

const RUN: Readonly<Record<SeedStep, (seed: SeedWork) => Promise<Outcome>>> = {
  apis,
  holder,
  wallet,
  'hand-over': handOver,
  definitions,
  credential,
}

/** For one pass: what it finds out about the participant's EDC is shared by its steps. */
export function seedSteps(seeding: Seeding, how: ProfileSeeding): readonly ReconcileStep[] {
  let session: Promise<Session> | undefined
  return SEED_STEPS.map((name) => ({
    name,
    run: (work) =>
      patiently(() =>
        RUN[name]({ work, seeding, how, session: () => (session ??= openSession(work, seeding, how)) }),
      ),
  }))
}

/** What passes by itself in a moment is waited for, and is no failure that calls for ever longer pauses. */
async function patiently(run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await run()
  } catch (error) {
    const early = error instanceof EdcError ? outcomeOfEarly(error) : undefined
    if (early === undefined) throw error
    return early
  }
}
