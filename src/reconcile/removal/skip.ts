/** Leaves out steps of a removal that a person names because they can never succeed. */
import { ASKS, printable } from '../../model/names.ts'
import type { Outcome } from '../../model/outcome.ts'
import { done } from '../outcomes.ts'
import type { ReconcileStep, Work } from '../work.ts'
import { record } from './record.ts'

export interface SkippableStep extends ReconcileStep {
  /** What stays behind without it, and what to do about that. */
  readonly leaves: (work: Work) => string
}

/**
 * The same steps, each of which ends done at once where the annotation {@link ASKS.skip} of the Participant names it. A
 * name in it that is none of theirs is told by every step, and changes nothing.
 */
export function skippable(steps: readonly SkippableStep[]): readonly ReconcileStep[] {
  const known = steps.map(({ name }) => name)
  return steps.map((step) => ({
    name: step.name,
    run: async (work) => {
      const named = namesIn(work)
      const outcome = named.includes(step.name) ? skip(step, work) : await step.run(work)
      return withFault(
        outcome,
        named.filter((name) => !known.includes(name)),
        known,
      )
    },
  }))
}

function namesIn({ participant: { metadata } }: Work): readonly string[] {
  const names = (metadata.annotations?.[ASKS.skip] ?? '').split(',').map((name) => name.trim())
  return names.filter((name) => name !== '')
}

function skip({ name, leaves }: SkippableStep, work: Work): Outcome {
  const left = leaves(work)
  const held = work.participant.status?.steps?.find((step) => step.name === name)
  const message = `skipped by annotation ${ASKS.skip}; ${left}`
  const note = `step ${name} was ${message}`
  if (held?.state !== 'Done')
    record(work, { type: 'Warning', reason: 'RemovalStepSkipped', action: 'Remove', note })
  return done(message)
}

function withFault(outcome: Outcome, unknown: readonly string[], known: readonly string[]): Outcome {
  if (unknown.length === 0) return outcome
  const names = unknown.map((name) => `"${printable(name)}"`).join(', ')
  const fault = `annotation ${ASKS.skip} names ${names}: only ${known.join(' and ')} can be skipped`
  const { message } = outcome
  return { ...outcome, message: message === undefined ? fault : `${message}; ${fault}` }
}
