/** Brings the assets, policies and contract definitions of the control plane to what the seed files say. */
import type { ManagementApi } from '../../edc/management.ts'
import type { Outcome } from '../../model/outcome.ts'
import { decideDefinition } from '../../seed/compare.ts'
import { type Definition, wantedDefinitions } from '../../seed/definitions.ts'
import { seedOf } from '../../seed/seed-data.ts'
import { done } from '../outcomes.ts'
import type { SeedWork } from './steps.ts'

/** Sets Seeded. Done with a message when something differed and was put right. */
export async function definitions({ work, seeding, session }: SeedWork): Promise<Outcome> {
  const { edc, profile } = await session()
  const { participant, signal } = work
  const wanted = wantedDefinitions(seedOf(participant.spec.seed, seeding.settings.data), profile)
  const corrected: string[] = []
  for (const definition of wanted) {
    const fields = await bring(edc.management, definition, signal)
    if (fields.length > 0) corrected.push(`${definition.kind} "${definition.id}" (${fields.join(', ')})`)
  }
  return done(corrected.length === 0 ? undefined : `corrected: ${corrected.join('; ')}`)
}

/** The fields that had another value. */
async function bring(
  management: ManagementApi,
  definition: Definition,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const decision = decideDefinition(definition, await management.find(definition, signal))
  switch (decision.do) {
    case 'leave':
      return []
    case 'create':
      await management.create(definition, signal)
      return []
    case 'update':
      await management.update(definition, signal)
      return decision.fields
  }
}
