/** Decides whether this participant can be provisioned at all. Talks to nobody. */
import { faultOfDid } from '../../model/did.ts'
import { faultOfName } from '../../model/names.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { Profiles } from '../../model/profile.ts'
import { done, stalled } from '../outcomes.ts'
import type { ReconcileStep, Work } from '../work.ts'

/** What the rules look at. */
export type Asking = Pick<Work, 'name' | 'participant' | 'participants' | 'profiles' | 'reserved'>
type Rule = (asking: Asking) => Outcome | undefined

const nameInvalid: Rule = ({ name, reserved }) => {
  const fault = faultOfName(name, reserved)
  if (fault === undefined) return undefined
  return stalled({
    reason: 'InvalidName',
    message: `${fault}. A name cannot be changed: delete this Participant and create one under another name`,
  })
}

const didInvalid: Rule = ({ participant }) => {
  const fault = faultOfDid(participant.spec.did)
  return fault === undefined ? undefined : stalled({ reason: 'InvalidDid', message: fault })
}

const didTaken: Rule = ({ name, participant, participants }) => {
  const { did } = participant.spec
  const holder = participants.holderOf(did)?.metadata.name ?? name
  if (holder === name) return undefined
  return stalled({
    reason: 'DidTaken',
    message: `${did} belongs to participant "${holder}", which is older; delete one of the two`,
  })
}

const profileUnknown: Rule = ({ participant: { spec, metadata }, profiles }) =>
  spec.mode === 'Observed' || profiles.has(spec.profile)
    ? undefined
    : stalled({
        reason: 'UnknownProfile',
        message:
          `there is no profile "${spec.profile}"; known are ${namesOf(profiles)}. ` +
          `Change spec.profile (kubectl edit participant ${metadata.name}) or add the profile to the configuration`,
      })

const rules: readonly Rule[] = [nameInvalid, didInvalid, didTaken, profileUnknown]

/**
 * First rule that finds a fault wins.
 *
 * Sets no condition. Stalled with `InvalidName`, `InvalidDid`, `DidTaken` (an older Participant has the DID) or `UnknownProfile`.
 */
export const accept: ReconcileStep = {
  name: 'accept',
  run: async (work) => refusalOf(work) ?? done(),
}

/** The first fault that a rule finds. */
export function refusalOf(asking: Asking): Outcome | undefined {
  return rules.reduce<Outcome | undefined>((found, rule) => found ?? rule(asking), undefined)
}

function namesOf(profiles: Profiles): string {
  return [...profiles.keys()].map((profile) => `"${profile}"`).join(', ') || '(none)'
}
