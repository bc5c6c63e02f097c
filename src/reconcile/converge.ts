/** Brings objects of one participant to what is wanted: reads them, plans, and writes only what differs. */
import type { KubeObject } from '../model/kubernetes.ts'
import { COMPONENT_LABEL } from '../model/names.ts'
import type { Outcome } from '../model/outcome.ts'
import type { PlanStep } from '../plan/plan.ts'
import { planInOrder, type RollOrder, type Turn } from '../plan/roll-order.ts'
import { isLiveRolledOut } from '../status/rolled-out.ts'
import { account, messageOf, nameOf } from './account.ts'
import { carryOut } from './carry-out.ts'
import { type LiveReading, namesakesOf, readLive } from './live.ts'
import { done, stalled, waiting } from './outcomes.ts'
import { ownsObject } from './ownership.ts'
import { outcomeOfTurn } from './turn.ts'
import type { Work } from './work.ts'

/**
 * To be called only for a namespace that is known to be ours. All objects of one kind that are wanted are to be handed
 * over in one call: what else there is of these kinds and was made by us is deleted as not wanted any more.
 *
 * Stalled with `ObjectForeign` when an object of a wanted name was written by somebody else: nothing is written then.
 * Waiting with `ObjectTerminating` when one is on its way out. What is missing is written in the order given; components
 * whose pods have to be replaced take turns, see `roll-order.ts`: while one has its turn it ends as `turn.ts` says. Done
 * with a message when something that was there was corrected, made anew, deleted, or has to stay as it is.
 */
export async function converge(work: Work, wanted: readonly KubeObject[]): Promise<Outcome> {
  return await bringTo(work, wanted, await readLive(readingOf(work), wanted))
}

export function readingOf({ kube, name: namespace, signal, tuning }: Work): LiveReading {
  return { kube, namespace, signal, parallel: tuning.parallelReads }
}

/** The same with what was read: what else is in `live` and was made by us is deleted, also if nothing is wanted. */
export async function bringTo(
  work: Work,
  wanted: readonly KubeObject[],
  live: readonly KubeObject[],
): Promise<Outcome> {
  const foreign = foreignAmong(work, wanted, live)
  if (foreign !== undefined) return stalled(foreignObject(work.name, foreign))
  const order = orderOf(work, wanted, live)
  return await carriedOut(work, order.now, order.turn)
}

/** All objects of all components, and what there is of their kinds. */
export interface Whole {
  readonly wanted: readonly KubeObject[]
  readonly live: readonly KubeObject[]
}

export interface Part {
  /** Whether objects of this component are to be seen to; undefined for an object of none that we know. */
  readonly has: (component: string | undefined) => boolean
  /** The others are seen to later in the same pass, unless one of these has its turn. */
  readonly othersFollow: boolean
}

/** The same for some of the components, in the order that holds for all of them. */
export async function bringPart(work: Work, { wanted, live }: Whole, part: Part): Promise<Outcome> {
  const isOurs = ({ metadata }: KubeObject): boolean => part.has(metadata.labels?.[COMPONENT_LABEL])
  const foreign = foreignAmong(work, wanted.filter(isOurs), live)
  if (foreign !== undefined) return stalled(foreignObject(work.name, foreign))
  const { now, turn } = orderOf(work, wanted, live)
  const ourTurn = turn !== undefined && part.has(turn.component) ? turn : undefined
  // Then the step for the others is not reached, and what they can be given during that turn is given now.
  const all = ourTurn !== undefined && part.othersFollow && foreignAmong(work, wanted, live) === undefined
  const steps = all ? now : now.filter(({ object }) => isOurs(object))
  return await carriedOut(work, steps, ourTurn)
}

function foreignAmong(
  work: Work,
  wanted: readonly KubeObject[],
  live: readonly KubeObject[],
): KubeObject | undefined {
  return namesakesOf(wanted, live).find((object) => !ownsObject(work, object))
}

function orderOf(work: Work, wanted: readonly KubeObject[], live: readonly KubeObject[]): RollOrder {
  const now = new Date(work.now()).toISOString()
  return planInOrder(wanted, live, { participant: work.name, isRolledOut: isLiveRolledOut, now })
}

async function carriedOut(work: Work, steps: readonly PlanStep[], turn: Turn | undefined): Promise<Outcome> {
  const going = await carryOutAll(work, steps)
  if (going === undefined) return turn === undefined ? done(messageOf(steps)) : outcomeOfTurn(work, turn)
  return waiting(
    {
      reason: 'ObjectTerminating',
      message: `${nameOf(going)} is being deleted; it is created again once it has gone`,
    },
    work.tuning.recheckMs,
  )
}

/** The first step that has to be waited for. */
async function carryOutAll(work: Work, steps: readonly PlanStep[]): Promise<PlanStep | undefined> {
  const going: PlanStep[] = []
  for (const step of steps) {
    const written = await carryOut(work, step)
    account(work, step)
    if (written === 'gone' || (step.do === 'leave' && step.because === 'terminating')) going.push(step)
  }
  return going[0]
}

/** Why an object that somebody else made stands in the way. */
export function foreignObject(namespace: string, object: KubeObject): { reason: string; message: string } {
  return {
    reason: 'ObjectForeign',
    message:
      `${nameOf({ object })} in namespace "${namespace}" was not made for this participant and is left alone; ` +
      'delete or rename it to go on',
  }
}
