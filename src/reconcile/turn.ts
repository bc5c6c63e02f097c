/** Says how it goes with the component whose pods are being replaced: under way, or failed. Talks to nobody. */
import type { Outcome } from '../model/outcome.ts'
import type { ComponentSummary } from '../model/participant.ts'
import type { Turn } from '../plan/roll-order.ts'
import { ONLY_DEGRADES } from '../status/opinion.ts'
import { projectWorkload } from '../status/rolled-out.ts'
import { msOf } from '../status/times.ts'
import { GIVEN_UP, judgeWorkload } from '../status/workload.ts'
import { stalled, waiting } from './outcomes.ts'
import type { Work } from './work.ts'

const ROLLING = 'RollingOut'
const FAILED = 'UpgradeFailed'

export function isAboutTurn(reason: string | undefined): boolean {
  return reason === ROLLING || reason === FAILED
}

/** By what the status engine says of it: nothing that passes by itself, and nothing that is merely under way. */
export function hasFailed({ status, cause }: ComponentSummary): boolean {
  if (status === 'Failed') return true
  return status === 'Degraded' && cause !== undefined && !PASSING.includes(cause)
}

const PASSING: readonly string[] = ONLY_DEGRADES

/**
 * Waiting with `RollingOut`, or stalled with `UpgradeFailed` when the status engine says that the component cannot become
 * ready, or its controller gave up.
 *
 * Neither ends before the pods run or the template is another: then the next pass goes on by itself.
 */
export function outcomeOfTurn(work: Work, turn: Turn): Outcome {
  const { tuning } = work
  const failure = failureOf(work, turn)
  if (failure === undefined) return waiting(underWay(turn), tuning.safetyRecheckMs)
  const settlesInMs = (msOf(turn.mark.since) ?? 0) + tuning.verdictSettlesMs - work.now()
  if (settlesInMs > 0) return waiting(underWay(turn), Math.min(settlesInMs, tuning.verdictSettlesMs))
  return stalled({ reason: FAILED, message: failureMessage(work, turn, failure) })
}

/** Why it cannot go on, in one line; undefined while it may. */
function failureOf({ participant }: Work, { component, live }: Turn): string | undefined {
  if (live === undefined) return undefined
  const counted = judgeWorkload(projectWorkload(live))
  const told = participant.status?.components?.find(({ name }) => name === component)
  if (told !== undefined && hasFailed(told)) return told.message ?? told.reason ?? told.status
  return GIVEN_UP.includes(counted.reason) ? counted.message : undefined
}

function underWay(turn: Turn): { readonly reason: string; readonly message: string } {
  const { component, waiting: later } = turn
  const wait =
    later.length === 0 ? '' : `; ${later.join(', ')} ${later.length === 1 ? 'waits' : 'wait'} for it`
  return { reason: ROLLING, message: `${component} is being replaced${imagesOf(turn)}${wait}` }
}

function failureMessage({ name, participant: { spec } }: Work, turn: Turn, why: string): string {
  const { component, waiting: later } = turn
  const left =
    later.length === 0 ? '' : `; ${later.join(', ')} ${later.length === 1 ? 'is' : 'are'} left as before`
  return (
    `${component} could not be replaced${imagesOf(turn)}: ${why}. ${servingOf(turn)}${left}. ` +
    `Correct ${component} in profile "${spec.profile}", or set spec.profile back ` +
    `(kubectl edit participant ${name}); it goes on by itself then`
  )
}

/** Nothing when the image stays and only settings change, or when nothing ran before. */
function imagesOf({ mark, image }: Turn): string {
  return mark.image === undefined || mark.image === image ? '' : ` (image ${mark.image} -> ${image})`
}

function servingOf({ live }: Turn): string {
  const { kind, available } = live === undefined ? NOTHING : projectWorkload(live)
  if (available > 0) return available === 1 ? 'The old pod still serves' : `${available} pods still serve`
  return kind === 'StatefulSet'
    ? 'No pod of it serves: the old one goes before the new one comes'
    : 'No pod of it serves'
}

const NOTHING = { kind: 'Deployment', available: 0 } as const
