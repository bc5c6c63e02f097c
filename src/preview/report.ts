/** Previews in words and as JSON. Neither holds a value of a Secret: those are never compared. */
import { describePlan, differencesIn, reasonFor } from '../plan/describe.ts'
import { hasChanges, type PlanStep } from '../plan/plan.ts'
import type { Preview } from './preview.ts'

const WORDS = {
  create: 'to create',
  apply: 'to change',
  rotate: 'to get new values',
  complete: 'to complete',
  recreate: 'to make anew',
  prune: 'to delete',
  keep: 'that cannot be changed',
  leave: 'left as they are',
} as const satisfies Readonly<Record<PlanStep['do'], string>>

type Counts = Readonly<Record<PlanStep['do'], number>>

/** True when the cluster is not as it is wanted, whether or not anything can be done about it. */
export function differs({ refused, steps }: Preview): boolean {
  return refused !== undefined || hasChanges(steps) || steps.some((step) => step.do === 'keep')
}

export function textReport(previews: readonly Preview[]): string {
  return previews.map((preview) => `${linesOf(preview).join('\n')}\n`).join('\n')
}

function linesOf(preview: Preview): readonly string[] {
  const { name, refused, note, steps, held } = preview
  const now = steps.filter((step) => held?.steps.includes(step) !== true)
  return [
    `Participant ${name}`,
    ...(refused === undefined ? [] : [`refused: ${refused.reason}: ${refused.message}`]),
    ...(note === undefined ? [] : [`note: ${note}`]),
    // What is as it should be is only counted.
    ...describePlan(now.filter((step) => step.do !== 'leave' || step.because === 'terminating')),
    ...(held === undefined
      ? []
      : [`later, component by component, once ${held.until} runs:`, ...describePlan(held.steps)]),
    ...(refused !== undefined && steps.length === 0 ? [] : [summaryOf(countsOf(steps))]),
  ]
}

function summaryOf(counts: Counts): string {
  const parts = Object.entries(WORDS).flatMap(([key, words]) => {
    const count = counts[key as PlanStep['do']]
    return count === 0 ? [] : [`${count} ${words}`]
  })
  return parts.length === 0 ? 'nothing to do' : parts.join(', ')
}

export function jsonReport(previews: readonly Preview[], cluster: string): string {
  const participants = previews.map(({ name, refused, note, steps, held }) => ({
    name,
    differs: differs({ name, steps, ...(refused && { refused }) }),
    ...(refused && { refused: { reason: refused.reason, message: refused.message } }),
    ...(note !== undefined && { note }),
    counts: countsOf(steps),
    steps: steps.map((step) => ({
      ...stepInJson(step),
      ...(held?.steps.includes(step) === true && { heldUntil: held.until }),
    })),
  }))
  return `${JSON.stringify({ cluster, participants }, undefined, 2)}\n`
}

function stepInJson(step: PlanStep): object {
  const { kind, metadata } = step.object
  const reason = reasonFor(step)
  const differences = differencesIn(step)
  return {
    do: step.do,
    kind,
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    name: metadata.name,
    ...(reason !== undefined && { reason }),
    ...(differences.length > 0 && { differences }),
  }
}

function countsOf(steps: readonly PlanStep[]): Counts {
  const count = (what: PlanStep['do']): number => steps.filter((step) => step.do === what).length
  return {
    create: count('create'),
    apply: count('apply'),
    rotate: count('rotate'),
    complete: count('complete'),
    recreate: count('recreate'),
    prune: count('prune'),
    keep: count('keep'),
    leave: count('leave'),
  }
}
