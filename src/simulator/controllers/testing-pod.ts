/** For tests of a single pod, `app`: makes it, waits for it, reads what it and its events say. */
import type { ContainerStateTerminated, ContainerStatus, PodCondition } from 'kubernetes-types/core/v1.js'
import { eventually } from '../../../test/support/eventually.ts'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import type { StoredObject } from '../state.ts'
import { podStatusOf } from './objects.ts'
import { aTemplate, live, NAMESPACE, type TestCluster, type WorkloadOptions } from './testing.ts'

export function createPod({ state }: TestCluster, options: WorkloadOptions = {}): StoredObject {
  const { metadata, spec } = aTemplate('app', options)
  const pod: KubeObject & { readonly spec: unknown } = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: NAMESPACE, name: 'app', annotations: metadata?.annotations ?? {} },
    spec,
  }
  return state.create(RESOURCES.Pod, pod)
}

export const main = (pod: StoredObject): ContainerStatus | undefined =>
  podStatusOf(pod).containerStatuses?.[0]
export const waiting = (pod: StoredObject): string => main(pod)?.state?.waiting?.reason ?? ''

export const waitingMessage = (pod: StoredObject): string => main(pod)?.state?.waiting?.message ?? ''
export const lastEnd = (pod: StoredObject): ContainerStateTerminated | undefined =>
  main(pod)?.lastState?.terminated

export const scheduled = (pod: StoredObject): PodCondition | undefined =>
  podStatusOf(pod).conditions?.find(({ type }) => type === 'PodScheduled')

/** The pod as it is when this holds of it for the first time. */
export async function until(
  cluster: TestCluster,
  what: string,
  holds: (pod: StoredObject) => boolean,
): Promise<StoredObject> {
  return eventually(
    () => {
      const pod = live(cluster, RESOURCES.Pod, 'app')
      return holds(pod) && pod
    },
    { what },
  )
}

export const eventsOf = ({ state }: TestCluster): readonly StoredObject[] =>
  state.list({ group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true }, NAMESPACE)
