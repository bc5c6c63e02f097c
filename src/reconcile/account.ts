/** Accounts for what a pass has written: for the step's message, the log and the metrics. Paths and names only, never values. */
import type { Happening } from '../model/happening.ts'
import { printable } from '../model/names.ts'
import type { ObjectWrite } from '../model/object-write.ts'
import { differencesIn } from '../plan/describe.ts'
import type { Difference } from '../plan/differences.ts'
import type { PlanStep } from '../plan/plan.ts'
import { isMarkTakenAway } from '../plan/replacing.ts'
import { keysWritten } from '../plan/secrets.ts'
import type { Work } from './work.ts'

type Account = Pick<Work, 'name' | 'log' | 'onWrite' | 'tell'>

/** Drift is told as a warning; what a new spec or profile asks for is routine. */
export function account({ name, log, onWrite, tell }: Account, step: PlanStep): void {
  const write = writeOf(step)
  if (write === undefined) return
  onWrite?.(write)
  const fields = { participant: name, write, object: nameOf(step), fields: pathsOf(step) }
  if (write === 'repaired') tell(repairOf(step))
  if (write === 'repaired') log.warn(fields, 'drift repaired')
  else if (write === 'created') log.debug(fields, 'object created')
  else log.info(fields, 'object written')
}

function repairOf(step: PlanStep): Happening {
  const note =
    `${nameOf(step)} was changed by somebody and is put back: ${pathsOf(step).join(', ')}. ` +
    'To change it for good, change the Participant or its profile'
  return { type: 'Warning', reason: 'DriftRepaired', action: 'Repair', note }
}

/** Undefined when nothing that was there had to be touched, or is left in a state that nobody wants. */
export function messageOf(steps: readonly PlanStep[]): string | undefined {
  const sentences = steps.flatMap((step) => sentenceFor(step) ?? [])
  return sentences.length === 0 ? undefined : sentences.join('; ')
}

function sentenceFor(step: PlanStep): string | undefined {
  switch (step.do) {
    case 'apply':
    case 'recreate':
      // That a rollout of ours is over is no correction.
      if (differencesIn(step).every(isMarkTakenAway)) return undefined
      return `${VERBS[step.do]} ${nameOf(step)}: ${pathsOf(step).join(', ')}`
    case 'rotate':
      return `gave ${nameOf(step)} new values, as asked for`
    case 'complete':
      return `added to ${nameOf(step)} what it lacked: ${keysWritten(step).join(', ')}`
    case 'prune':
      return `deleted ${nameOf(step)}, which is not wanted any more`
    case 'keep':
      return `left ${nameOf(step)} as it is, for its data would be lost: ${pathsOf(step).join(', ')}`
    case 'create':
    case 'leave':
      return undefined
  }
}

const VERBS = { apply: 'corrected', recreate: 'made anew' } as const

function writeOf(step: PlanStep): ObjectWrite | undefined {
  switch (step.do) {
    case 'create':
      return 'created'
    case 'apply':
      return step.differences.some(({ by }) => by !== undefined) ? 'repaired' : 'changed'
    case 'recreate':
      return 'recreated'
    case 'prune':
      return 'pruned'
    case 'rotate':
      return 'rotated'
    case 'complete':
      return 'completed'
    case 'leave':
    case 'keep':
      return undefined
  }
}

const MOST_PATHS = 5

function pathsOf(step: PlanStep): readonly string[] {
  const paths = differencesIn(step).map(pathText)
  const more = paths.length - MOST_PATHS
  return more > 0 ? [...paths.slice(0, MOST_PATHS), `${more} more`] : paths
}

function pathText({ path, by }: Difference): string {
  return by === undefined ? path : `${path} (set by "${printable(by)}")`
}

export function nameOf({ object: { kind, metadata } }: Pick<PlanStep, 'object'>): string {
  return `${kind} "${metadata.name}"`
}
