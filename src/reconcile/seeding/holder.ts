/** Makes the participant known to its issuer. */
import type { Outcome } from '../../model/outcome.ts'
import type { Participant } from '../../model/participant.ts'
import { decideHolder, wantedHolder } from '../../seed/holder.ts'
import { isSilentIssuer } from '../from-edc.ts'
import { done } from '../outcomes.ts'
import { openIssuer } from './seeding.ts'
import type { SeedWork } from './steps.ts'

/**
 * Sets IssuerRegistered. Ends as `from-edc.ts` says; but one that is registered already goes on without its issuer while
 * that does not answer: neither its READY nor the repair of its wallet depends on somebody else's server.
 */
export async function holder(seed: SeedWork): Promise<Outcome> {
  try {
    return await register(seed)
  } catch (error) {
    if (!isSilentIssuer(error) || !isRegistered(seed.work.participant)) throw error
    return done(`taken as registered, as it was before: ${error.message}`)
  }
}

function isRegistered({ status }: Participant): boolean {
  return status?.conditions?.find(({ type }) => type === 'IssuerRegistered')?.status === 'True'
}

async function register({ work, seeding, how }: SeedWork): Promise<Outcome> {
  const { name, signal, participant } = work
  const issuer = await openIssuer(work, seeding, how.issuer)
  const wanted = wantedHolder({ did: participant.spec.did, name })
  const decision = decideHolder(wanted, await issuer.findHolder(wanted.holderId, signal))
  switch (decision.do) {
    case 'leave':
      return done()
    case 'create':
      await issuer.createHolder(wanted, signal)
      return done()
    case 'update':
      await issuer.updateHolder(wanted, signal)
      return done(`the issuer had another ${decision.fields.join(' and ')}`)
  }
}
