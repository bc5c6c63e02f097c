/** Waits until the APIs of both runtimes really answer: readiness comes first. */
import { observability } from '../../edc/edc.ts'
import type { Outcome } from '../../model/outcome.ts'
import { done, waiting } from '../outcomes.ts'
import type { SeedWork } from './steps.ts'

const RECHECK_MS = 500

/**
 * Sets no condition. Waiting with `EdcStarting` until each API has answered a question, stalled with
 * `EdcGenerationUnknown` when the runtimes are asked for their generation and no profile fits.
 */
export async function apis({ work, seeding, session }: SeedWork): Promise<Outcome> {
  const { name, signal } = work
  const { access, edc } = await session()
  for (const runtime of ['controlplane', 'identityhub'] as const) {
    if (!(await observability(access, runtime, seeding.shared).isReady(signal)))
      return waiting(
        { reason: 'EdcStarting', message: `${runtime} says that it is not ready yet` },
        RECHECK_MS,
      )
  }
  await edc.management.find({ kind: 'asset', id: name }, signal)
  await edc.identity.findWallet(name, signal)
  return done()
}
