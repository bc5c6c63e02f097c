/** What may keep a new pod out of a namespace: its Pod Security level, then its quotas. */
import { RESOURCES } from '../model/kubernetes.ts'
import { violation } from './pod-security.ts'
import { quotaExceededBy } from './quota.ts'
import type { State, StoredObject } from './state.ts'
import { forbidden, type StatusFault } from './status-fault.ts'

/** The refusal of this pod; undefined when it is let in. */
export function refusalOfPod(state: Pick<State, 'get' | 'list'>, pod: StoredObject): StatusFault | undefined {
  const { name, namespace = '' } = pod.metadata
  const labels = state.get(RESOURCES.Namespace, { name: namespace })?.metadata.labels ?? {}
  const why = violation(labels, pod.spec ?? {}) ?? quotaExceededBy(state, namespace)
  return why === undefined ? undefined : forbidden(RESOURCES.Pod, name, { why })
}
