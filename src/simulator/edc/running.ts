/** Tells what runs behind a Service of the built-in cluster. */
import { RESOURCES } from '../../model/kubernetes.ts'
import { listAt, objectAt } from '../json.ts'
import type { State, StoredObject } from '../state.ts'

/** Another pod, or another start of its container, has another name here; undefined when nothing is ready. */
export function runningBehind(state: State, namespace: string, name: string): string | undefined {
  const service = state.get(RESOURCES.Service, { namespace, name })
  const selector = Object.entries(objectAt(service, 'spec', 'selector'))
  if (selector.length === 0) return undefined
  const ready = state
    .list(RESOURCES.Pod, namespace)
    .find((pod) => isReady(pod) && selector.every(([key, value]) => pod.metadata.labels?.[key] === value))
  if (ready === undefined) return undefined
  const restarts = listAt(ready, 'status', 'containerStatuses').map((one) => objectAt(one)['restartCount'])
  return JSON.stringify([ready.metadata.uid, restarts])
}

function isReady(pod: StoredObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false
  return listAt(pod, 'status', 'conditions')
    .map((condition) => objectAt(condition))
    .some(({ type, status }) => type === 'Ready' && status === 'True')
}
