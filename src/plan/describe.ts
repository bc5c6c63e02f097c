/** A plan in words, for the dry run and the log. Values of Secrets are never compared, hence never shown. */
import { keyOf, type KubeObject } from '../model/kubernetes.ts'
import { printable } from '../model/names.ts'
import type { Difference } from './differences.ts'
import type { PlanStep } from './plan.ts'

/** One line per step; below an `apply` one indented line per difference. */
export function describePlan(steps: readonly PlanStep[]): readonly string[] {
  return steps.flatMap((step) => [
    `${step.do.padEnd(6)} ${nameOf(step.object)}${reasonOf(step)}`,
    ...(step.do === 'apply' ? step.differences.map(describeDifference) : []),
  ])
}

function nameOf(object: KubeObject): string {
  return `${object.kind} ${keyOf(object)}`
}

function reasonOf(step: PlanStep): string {
  if (step.do !== 'leave' || step.because === 'same') return ''
  return step.because === 'terminating'
    ? ' (is being deleted; created again once it has gone)'
    : ' (written once, never changed)'
}

function describeDifference({ path, wanted, live }: Difference): string {
  return `       ${path}: ${textOf(live)} -> ${textOf(wanted)}`
}

function textOf(value: unknown): string {
  return value === undefined ? '(none)' : printable(JSON.stringify(value))
}
