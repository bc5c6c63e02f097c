/** Makes the Secrets with generated values, and gives them new values when a person asks. */
import { renderSecrets } from '../../manifests/manifests.ts'
import { RESOURCES } from '../../model/kubernetes.ts'
import { ASKS } from '../../model/names.ts'
import type { Outcome } from '../../model/outcome.ts'
import { converge } from '../converge.ts'
import { waiting } from '../outcomes.ts'
import { inputOf } from '../wanted.ts'
import type { ReconcileStep, Work } from '../work.ts'

/**
 * Values that exist are overwritten once for each request, and by nothing else; those generated for a Secret that turns
 * out to exist are thrown away.
 *
 * Sets no condition. Waiting with `RotationOutdated` while the cache shows another request than the cluster. Ends as
 * `converge` says.
 */
export const secrets: ReconcileStep = { name: 'secrets', run: makeSecrets }

async function makeSecrets(work: Work): Promise<Outcome> {
  const input = inputOf(work)
  if (input.rotation !== undefined && !(await isAskedFor(work, input.rotation)))
    return waiting(
      { reason: 'RotationOutdated', message: `the annotation ${ASKS.rotate} has changed just now` },
      work.tuning.recheckMs,
    )
  return await converge(work, renderSecrets(input, work.newSecret))
}

/** The cache may lag: an older request would take the place of a later one that is carried out already. */
async function isAskedFor({ kube, name, uid, signal }: Work, rotation: string): Promise<boolean> {
  const live = await kube.get(RESOURCES.Participant, { name }, { signal })
  return live?.metadata.uid === uid && live.metadata.annotations?.[ASKS.rotate] === rotation
}
