/** Reads from the resource that the status engine holds a component for lost without a person. Pure. */
import type { Participant } from '../model/participant.ts'

export interface ComponentsFailure {
  /** CamelCase: of the cause where one is known, such as `ImagePull`. */
  readonly code: string
  readonly message: string
  /** Since when, RFC 3339. */
  readonly since: string
}

/** Undefined while no component has failed. A step of ours that is stalled is no such failure, though it is Stalled too. */
export function componentsFailure({ status = {} }: Participant): ComponentsFailure | undefined {
  const { conditions = [], steps = [], components = [] } = status
  const stalled = conditions.find(({ type }) => type === 'Stalled')
  if (stalled?.status !== 'True' || steps.some(({ state }) => state === 'Stalled')) return undefined
  const { reason, message, lastTransitionTime: since } = stalled
  const culprit = components.find(({ ready, cause }) => !ready && cause !== undefined)
  return { code: culprit?.cause ?? reason, message, since }
}
