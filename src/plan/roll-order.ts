/** Decides what of a plan is carried out now and what has to wait: components whose pods are replaced take turns. */
import type { KubeObject } from '../model/kubernetes.ts'
import { COMPONENT_LABEL } from '../model/names.ts'
import { type ComponentName, COMPONENTS } from '../model/participant.ts'
import { identity, plan, type PlanStep } from './plan.ts'
import { imageOf, type Mark, markOf, markTakenAway, withMark } from './replacing.ts'

export interface RollOptions {
  /** True when the pods of a live workload are all of its latest template, and run. */
  readonly isRolledOut: (live: KubeObject) => boolean
  /** RFC 3339. */
  readonly now: string
  /** Whose objects are pruned also when nothing is wanted. */
  readonly participant?: string
}

export interface RollOrder {
  /** In the order in which they are carried out. */
  readonly now: readonly PlanStep[]
  /** For passes after the turn, in order: what later components change along with their pods, then every deletion. */
  readonly held: readonly PlanStep[]
  /** Undefined: no pods are being replaced. */
  readonly turn?: Turn
}

/** The component whose pods are being replaced. */
export interface Turn {
  readonly component: ComponentName
  /** Left out while its template is only being written: nothing that was said of it before counts any more. */
  readonly live?: KubeObject
  readonly mark: Mark
  /** Image that is rolled out. */
  readonly image: string
  /** Components that differ and come after it. */
  readonly waiting: readonly ComponentName[]
}

/**
 * `missing`: it is made, and no pod of it serves meanwhile. `differs`: its pods have to be replaced. `rolling`: we
 * replaced its pods and have not seen the new ones run. `settled`: anything else, however unwell it may be.
 */
type State = 'missing' | 'differs' | 'rolling' | 'settled'

interface Candidate {
  readonly component: ComponentName
  readonly step: PlanStep
  readonly state: State
}

/**
 * The plan, with the order of {@link COMPONENTS} put to it.
 *
 * What is missing is created at once, and so is every change that replaces no pod. The first component whose pods are
 * or have to be replaced has its turn; the changes of the later ones that have to be replaced are held back, all of them,
 * so that an old pod which restarts meanwhile finds its old settings. That a component is being replaced is read from
 * the mark on its workload alone: one that is unwell for another reason makes nobody wait.
 */
export function planInOrder(
  wanted: readonly KubeObject[],
  live: readonly KubeObject[],
  options: RollOptions,
): RollOrder {
  const steps = plan(keepMarks(wanted, live), live, options.participant)
  const candidates = candidatesIn(steps, options)
  const first = candidates.findIndex((candidate, place) => takesTurn(candidate, candidates.slice(place + 1)))
  const holder = candidates[first]
  const finished = steps.map((step) => (isFinished(step, candidates) ? withoutMark(step, wanted) : step))
  if (holder === undefined) return { now: finished, held: [] }
  const waiting = candidates.slice(first + 1).filter(({ state }) => state === 'differs')
  const names = waiting.map(({ component }) => component)
  const isHeld = (step: PlanStep): boolean => isChange(step) && isOf(step, names)
  const isPrune = (step: PlanStep): boolean => step.do === 'prune'
  const mark = markFor(holder, options)
  return {
    now: finished
      .filter((step) => !isHeld(step) && !isPrune(step))
      .map((step) => (step === holder.step && holder.state !== 'rolling' ? marked(step, mark) : step)),
    held: [
      ...names.flatMap((name) => steps.filter((step) => isHeld(step) && isOf(step, [name]))),
      ...steps.filter(isPrune),
    ],
    turn: {
      component: holder.component,
      ...(holder.state === 'rolling' && 'live' in holder.step && { live: holder.step.live }),
      mark,
      image: imageOf(holder.step.object),
      waiting: names,
    },
  }
}

/** So that a workload whose pods are being replaced differs in nothing by its mark. */
function keepMarks(wanted: readonly KubeObject[], live: readonly KubeObject[]): readonly KubeObject[] {
  const marks = new Map(live.filter(isWorkload).map((object) => [identity(object), markOf(object)]))
  return wanted.map((object) => {
    const mark = marks.get(identity(object))
    return mark === undefined ? object : withMark(object, mark)
  })
}

function candidatesIn(steps: readonly PlanStep[], options: RollOptions): readonly Candidate[] {
  const workloads = steps.filter((step) => step.do !== 'prune' && isWorkload(step.object))
  return COMPONENTS.flatMap((component) => {
    const step = workloads.find((each) => isOf(each, [component]))
    return step === undefined ? [] : [{ component, step, state: stateOf(step, options) }]
  })
}

function stateOf(step: PlanStep, { isRolledOut }: RollOptions): State {
  if (step.do === 'create' || (step.do === 'leave' && step.because === 'terminating')) return 'missing'
  if (replacesPods(step)) return 'differs'
  return 'live' in step && markOf(step.live) !== undefined && !isRolledOut(step.live) ? 'rolling' : 'settled'
}

function replacesPods(step: PlanStep): boolean {
  if (step.do === 'recreate' && step.propagation === 'Background') return true
  return isChange(step) && step.differences.some(({ path }) => /^spec\.template\b/u.test(path))
}

/** One that is made anew comes before those that are replaced; at a first creation there are none. */
function takesTurn({ state }: Candidate, later: readonly Candidate[]): boolean {
  if (state === 'missing') return later.some((candidate) => candidate.state === 'differs')
  return state !== 'settled'
}

/** What ran before the first of several attempts is what is remembered. */
function markFor({ step, state }: Candidate, { isRolledOut, now }: RollOptions): Mark {
  const live = 'live' in step && state !== 'missing' ? step.live : undefined
  const held = live === undefined ? undefined : markOf(live)
  if (live === undefined) return { since: now }
  if (held === undefined || isRolledOut(live)) return { since: now, image: imageOf(live) }
  return state === 'rolling' ? held : { ...held, since: now }
}

function marked(step: PlanStep, mark: Mark): PlanStep {
  switch (step.do) {
    case 'create':
    case 'apply':
    case 'recreate':
      return { ...step, object: withMark(step.object, mark) }
    case 'leave':
    case 'keep':
    case 'prune':
    case 'rotate':
    case 'complete':
      return step
  }
}

/** The new pods run. */
function isFinished(step: PlanStep, candidates: readonly Candidate[]): boolean {
  const settled = candidates.some((candidate) => candidate.step === step && candidate.state === 'settled')
  return settled && 'live' in step && markOf(step.live) !== undefined
}

function withoutMark(step: PlanStep, wanted: readonly KubeObject[]): PlanStep {
  const object = wanted.find((each) => identity(each) === identity(step.object)) ?? step.object
  if (step.do === 'recreate') return { ...step, object }
  if (step.do !== 'apply' && step.do !== 'leave') return step
  const { live } = step
  const before = step.do === 'apply' ? step.differences : []
  return { do: 'apply', object, live, differences: [...before, markTakenAway(live)] }
}

function isChange(step: PlanStep): step is Extract<PlanStep, { do: 'apply' | 'recreate' }> {
  return step.do === 'apply' || step.do === 'recreate'
}

function isWorkload({ kind }: KubeObject): boolean {
  return kind === 'Deployment' || kind === 'StatefulSet'
}

function isOf({ object: { metadata } }: PlanStep, components: readonly ComponentName[]): boolean {
  return components.some((component) => metadata.labels?.[COMPONENT_LABEL] === component)
}
