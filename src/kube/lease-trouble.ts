/** Says what a person has to do when the Lease cannot be had. */
import { hasReason } from './errors.ts'

/** A sentence without what changes from one attempt to the next. */
export function troubleWith(error: unknown, namespace: string): string {
  if (hasReason(error, 'Forbidden'))
    return `allow this account to "${verbOf(error.request)}" leases.coordination.k8s.io in namespace "${namespace}" (get, create and patch are needed), or set LEADER_ELECTION=off if no other process writes`
  if (hasReason(error, 'NotFound'))
    return `namespace "${namespace}" is missing: create it, or name another with LEASE_NAMESPACE`
  if (hasReason(error, 'Unauthorized')) return 'the credentials were refused: renew them'
  return 'check that the API server is up and can be reached from here'
}

/** `PATCH /apis/…`. */
function verbOf(request: string): string {
  const [method = ''] = request.split(' ')
  return VERBS[method] ?? method.toLowerCase()
}

const VERBS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PATCH: 'patch' }
