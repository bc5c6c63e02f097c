/** Deletes the wallet of a participant that is removed, so that its DID document is withdrawn before the hub is gone. */
import { EdcError, isEdcError } from '../../edc/errors.ts'
import { SpecError } from '../../model/errors.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { ProfileSeeding } from '../../seed/settings.ts'
import { done } from '../outcomes.ts'
import { openSession, type Seeding } from '../seeding/seeding.ts'
import type { Work } from '../work.ts'
import { goesWithNamespace } from './goes-with-namespace.ts'
import type { SkippableStep } from './skip.ts'

/**
 * Sets no condition. Done in any case but `EdcCrowded`: a hub that does not answer goes with the namespace, and its wallet
 * with it. The message says so.
 */
export function removeWallet(seeding: Seeding, how: ProfileSeeding): SkippableStep {
  return {
    name: 'remove-wallet',
    run: (work) => remove(work, seeding, how),
    leaves: ({ name }) => `the wallet of "${name}" goes with its identity hub`,
  }
}

async function remove(work: Work, seeding: Seeding, how: ProfileSeeding): Promise<Outcome> {
  if (!(await goesWithNamespace(work))) return done()
  try {
    const { edc } = await openSession(work, seeding, how)
    await edc.identity.removeWallet(work.name, work.signal)
    return done()
  } catch (error) {
    // That says nothing about this hub.
    if (isEdcError(error, 'crowded')) throw error
    if (error instanceof EdcError || error instanceof SpecError)
      return done(`the wallet goes with its identity hub, which could not be asked: ${error.message}`)
    throw error
  }
}
