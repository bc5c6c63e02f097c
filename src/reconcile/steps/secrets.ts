/** Makes the Secrets with generated values, each exactly once. */
import { renderSecrets } from '../../manifests/manifests.ts'
import { converge } from '../converge.ts'
import { inputOf } from '../wanted.ts'
import type { ReconcileStep } from '../work.ts'

/**
 * Values that exist are never overwritten; those generated for a Secret that turns out to exist are thrown away.
 *
 * Sets no condition. Ends as `converge` says.
 */
export const secrets: ReconcileStep = {
  name: 'secrets',
  run: async (work) => converge(work, renderSecrets(inputOf(work), work.newSecret)),
}
