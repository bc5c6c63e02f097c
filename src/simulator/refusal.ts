/** What may keep a new object out of a namespace: a pod its Pod Security level, and whatever counts the quotas. */
import { type Resource, RESOURCES } from '../model/kubernetes.ts'
import { violation } from './pod-security.ts'
import { isCounted, quotaExceededBy } from './quota.ts'
import type { State, StoredObject } from './state.ts'
import { forbidden, type StatusFault } from './status-fault.ts'

/** The refusal of this object; undefined when it is let in. */
export function refusalOf(
  state: Pick<State, 'get' | 'list'>,
  resource: Resource,
  object: StoredObject,
): StatusFault | undefined {
  if (!isCounted(resource)) return undefined
  const why = violationOf(state, object) ?? quotaExceededBy(state, object)
  return why === undefined ? undefined : forbidden(resource, object.metadata.name, { why })
}

function violationOf(state: Pick<State, 'get'>, { kind, metadata, spec }: StoredObject): string | undefined {
  if (kind !== RESOURCES.Pod.kind) return undefined
  const namespace = state.get(RESOURCES.Namespace, { name: metadata.namespace ?? '' })
  return violation(namespace?.metadata.labels ?? {}, spec ?? {})
}
