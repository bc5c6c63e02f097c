/** Looks once, at the start, whether Participants can be read at all, and says what to do when they cannot. */
import { RESOURCES } from '../model/kubernetes.ts'
import type { Log } from '../model/log.ts'
import { hasReason } from './errors.ts'
import type { Kube } from './kube.ts'

/** Writes at most one log line; never throws. The watches go on trying either way. */
export async function explainUnreadable(kube: Pick<Kube, 'page'>, log: Log): Promise<void> {
  try {
    await kube.page(RESOURCES.Participant, { limit: 1 })
  } catch (error) {
    log.error(
      { fix: fixFor(error), err: error },
      'Participants cannot be read; nothing is ready until they can',
    )
  }
}

function fixFor(error: unknown): string {
  if (hasReason(error, 'NotFound'))
    return 'install the resource: kubectl apply --server-side -f deploy/crd/participants.dataspaces.dev.yaml'
  if (hasReason(error, 'Forbidden')) return 'allow this account to list and watch participants.dataspaces.dev'
  if (hasReason(error, 'Unauthorized')) return 'the credentials were refused: renew those of the kubeconfig'
  return 'check that the API server is up and can be reached from here'
}
