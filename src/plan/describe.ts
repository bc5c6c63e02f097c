/** A plan in words, for the dry run and the log. Values of Secrets are never compared, hence never shown. */
import { keyOf, type KubeObject } from '../model/kubernetes.ts'
import { ASKS, printable } from '../model/names.ts'
import type { Difference } from './differences.ts'
import type { PlanStep } from './plan.ts'
import { keysWritten } from './secrets.ts'

/** One line per step; below a step that changes something that is there, one indented line per difference. */
export function describePlan(steps: readonly PlanStep[]): readonly string[] {
  return steps.flatMap((step) => [
    `${step.do.padEnd(8)} ${nameOf(step.object)}${reasonOf(step)}`,
    ...differencesIn(step).map(describeDifference),
  ])
}

export function differencesIn(step: PlanStep): readonly Difference[] {
  return 'differences' in step ? step.differences : []
}

function nameOf(object: KubeObject): string {
  return `${object.kind} ${keyOf(object)}`
}

/** Why nothing is done, or more than an apply; undefined when the step says it all. */
export function reasonFor(step: PlanStep): string | undefined {
  switch (step.do) {
    case 'recreate':
      return step.propagation === 'Orphan'
        ? 'deleted and made anew, for these fields never change; its pods and volumes stay'
        : 'deleted and made anew, for these fields never change'
    case 'keep':
      return 'left as it is: these fields never change, and to make it anew would lose its data'
    case 'rotate':
      return `new values for ${keysWritten(step).join(', ')}, as asked for by ${ASKS.rotate}`
    case 'complete':
      return `lacks ${keysWritten(step).join(', ')}; the values that are there stay`
    case 'leave':
      return WHY_LEFT[step.because]
    case 'create':
    case 'apply':
    case 'prune':
      return undefined
  }
}

const WHY_LEFT = {
  same: undefined,
  terminating: 'is being deleted; created again once it has gone',
  'written-once': 'its values stay until somebody asks for others',
} as const

function reasonOf(step: PlanStep): string {
  const reason = reasonFor(step)
  return reason === undefined ? '' : ` (${reason})`
}

function describeDifference({ path, wanted, live, by }: Difference): string {
  const culprit = by === undefined ? '' : `, set by ${printable(JSON.stringify(by))}`
  return `         ${path}: ${textOf(live)} -> ${textOf(wanted)}${culprit}`
}

function textOf(value: unknown): string {
  return value === undefined ? '(none)' : printable(JSON.stringify(value))
}
