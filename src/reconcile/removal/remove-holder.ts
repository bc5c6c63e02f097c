/** Has the issuer forget a participant that is removed. */
import type { Outcome } from '../../model/outcome.ts'
import { edcProfile } from '../../seed/profiles.ts'
import type { ProfileSeeding } from '../../seed/settings.ts'
import { done } from '../outcomes.ts'
import { openIssuer, type Seeding } from '../seeding/seeding.ts'
import type { Work } from '../work.ts'
import { record } from './record.ts'
import type { SkippableStep } from './skip.ts'

/**
 * Sets IssuerRegistered False with `HolderRemoved` when it is done. Done at once for a participant whose issuer was never
 * called, for one that is kept (`deletionPolicy: Retain`), and at an issuer of a generation that cannot forget: people are
 * told of that. Ends as `from-edc.ts` says while the issuer does not answer.
 */
export function removeHolder(seeding: Seeding, how: ProfileSeeding): SkippableStep {
  return {
    name: 'remove-holder',
    run: (work) => remove(work, seeding, how),
    leaves: ({ participant: { spec } }) =>
      `issuer ${how.issuer.issuerDid} still knows ${spec.did} as a holder; remove it there`,
  }
}

async function remove(work: Work, seeding: Seeding, how: ProfileSeeding): Promise<Outcome> {
  const { participant, signal } = work
  const registered = participant.status?.conditions?.find(({ type }) => type === 'IssuerRegistered')
  if ((registered?.status ?? 'Unknown') === 'Unknown') return done()
  if (participant.spec.deletionPolicy === 'Retain')
    return done('the holder is kept: spec.deletionPolicy is Retain')
  // Before its key is read: one that nothing is asked of needs none.
  if (!edcProfile(how.issuer.generation).issuer.removesHolders) return leave(work, how)
  const issuer = await openIssuer(work, seeding, how.issuer)
  const removed = await issuer.removeHolder(participant.spec.did, signal)
  return removed === 'unsupported' ? leave(work, how) : done()
}

/** Told once. */
function leave(work: Work, { issuer }: ProfileSeeding): Outcome {
  const { spec, status } = work.participant
  const note = `issuer ${issuer.issuerDid} has no call to remove a holder: ${spec.did} is left there, to be removed by hand`
  const held = status?.steps?.find(({ name }) => name === 'remove-holder')
  if (held?.state !== 'Done') record(work, { type: 'Warning', reason: 'HolderLeft', action: 'Remove', note })
  return done(note)
}
