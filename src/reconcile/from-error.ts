/** Turns an exception into an outcome. The only place that does; what it does not know goes on upwards. */
import { EdcError } from '../edc/errors.ts'
import { KubeApiError } from '../kube/errors.ts'
import { SpecError, UnavailableError } from '../model/errors.ts'
import type { Outcome } from '../model/outcome.ts'
import { outcomeOfEdc } from './from-edc.ts'
import { stalled, waiting } from './outcomes.ts'

export interface RetryTimes {
  /** After a call that failed and may work next time, in ms. */
  readonly retryInMs: number
  /** After something that a person has to permit, in ms. */
  readonly forbiddenRecheckMs: number
}

/**
 * Stalled: `SpecError` with its own reason, `Rejected` (the API server finds the object wrong).
 *
 * Waiting: `ApiServerUnavailable`, `NamespaceTerminating`, `Forbidden`, `Conflict` also where an object of another uid
 * has taken the name, or the API server's own reason (`TooManyRequests`, `InternalError`, …); never sooner than its `Retry-After` asks for.
 *
 * What went wrong with EDC is in `from-edc.ts`.
 *
 * Throws the error itself when it is none of these: then it is a bug.
 */
export function outcomeOf(error: unknown, times: RetryTimes): Outcome {
  if (error instanceof SpecError) return stalled(error)
  if (error instanceof UnavailableError)
    return waiting({ reason: 'ApiServerUnavailable', message: error.message }, times.retryInMs)
  if (error instanceof KubeApiError) return outcomeOfAnswer(error, times)
  if (error instanceof EdcError) return outcomeOfEdc(error, times.retryInMs)
  throw error
}

function outcomeOfAnswer(error: KubeApiError, { retryInMs, forbiddenRecheckMs }: RetryTimes): Outcome {
  const { code, reason, message, causes } = error
  const waitMs = Math.max(retryInMs, error.retryAfterMs ?? 0)
  if (reason === 'Invalid' && causes.some(({ field }) => field === 'metadata.uid'))
    return waiting({ reason: 'Conflict', message }, waitMs)
  if (REJECTED.has(reason))
    return stalled({ reason: 'Rejected', message: `the API server refused it: ${message}` })
  if (reason === 'Forbidden' && causes.some((cause) => cause.reason === 'NamespaceTerminating'))
    return waiting({ reason: 'NamespaceTerminating', message }, waitMs)
  if (reason === 'Forbidden')
    return waiting({ reason, message: forbiddenMessage(error) }, Math.max(waitMs, forbiddenRecheckMs))
  if (code >= 500 || PASSING.has(reason)) return waiting({ reason, message }, waitMs)
  throw error
}

/** The same object will be refused again. */
const REJECTED: ReadonlySet<string> = new Set(['Invalid', 'BadRequest', 'RequestEntityTooLarge'])

/** Somebody was faster, or something is not there yet: looking again shows. */
const PASSING: ReadonlySet<string> = new Set([
  'Conflict',
  'AlreadyExists',
  'NotFound',
  'TooManyRequests',
  'Unauthorized',
  'Timeout',
  'Gone',
  'Expired',
])

/** Quotas and admission policies answer Forbidden too, so the API server's sentence stands first. */
function forbiddenMessage({ message, request }: KubeApiError): string {
  const [method = '', path = ''] = request.split(' ')
  const resource = resourceIn(path)
  return `${message}. If a permission is missing: allow the provisioner's ServiceAccount "${verbOf(method)}" on "${resource}"`
}

function verbOf(method: string): string {
  return VERBS[method] ?? method.toLowerCase()
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** `deployments.apps`, `participants.dataspaces.dev/status`, `secrets`: as RBAC and kubectl write it. */
function resourceIn(path: string): string {
  const [root, ...rest] = path.split('/').filter((part) => part !== '')
  const group = root === 'apis' ? rest[0] : undefined
  const inGroup = rest.slice(root === 'apis' ? 2 : 1)
  const inScope = inGroup[0] === 'namespaces' && inGroup.length > 2 ? inGroup.slice(2) : inGroup
  const [plural = path, , subresource] = inScope
  return [
    plural,
    group === undefined ? '' : `.${group}`,
    subresource === undefined ? '' : `/${subresource}`,
  ].join('')
}
