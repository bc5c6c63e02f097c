/** Makes the participant known to its issuer. */
import type { Outcome } from '../../model/outcome.ts'
import { decideHolder, wantedHolder } from '../../seed/holder.ts'
import { done } from '../outcomes.ts'
import { openIssuer } from './seeding.ts'
import type { SeedWork } from './steps.ts'

/** Sets IssuerRegistered. Ends as `from-edc.ts` says. */
export async function holder({ work, seeding, how }: SeedWork): Promise<Outcome> {
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
