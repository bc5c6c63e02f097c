/** Reading and making objects: what the controllers agree on about keys, owners, pods and times. */
import type { PodCondition, PodSpec, PodStatus, PodTemplateSpec } from 'kubernetes-types/core/v1.js'
import {
  apiVersionOf,
  type KubeObject,
  type ObjectKey,
  type OwnerReference,
  type Resource,
  RESOURCES,
} from '../../model/kubernetes.ts'
import type { State, StateChange, StoredObject } from '../state.ts'
import { StatusFault } from '../status-fault.ts'

/** Kinds that a real control plane keeps beside those the product touches. */
export const CONTROLLER_REVISION: Resource = {
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  namespaced: true,
}
export const EVENT: Resource = RESOURCES.Event

export const keyTextOf = ({ namespace, name }: ObjectKey): string =>
  namespace === undefined ? name : `${namespace}/${name}`

export function keyFrom(text: string): ObjectKey {
  const slash = text.indexOf('/')
  return slash < 0 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) }
}

export function keyOfObject({ metadata: { namespace, name } }: KubeObject): ObjectKey {
  return namespace === undefined ? { name } : { namespace, name }
}

export const uidOf = (object: KubeObject): string => object.metadata.uid ?? ''

/** Key texts of the object itself, or of its controller when that is of this kind. */
export function concerned(change: StateChange, resource: Resource): readonly string[] {
  const { object } = change
  if (change.resource.kind === resource.kind) return [keyTextOf(keyOfObject(object))]
  const owner = controllerOf(object)
  return owner?.kind === resource.kind ? [keyTextOf({ ...keyOfObject(object), name: owner.name })] : []
}

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)
}

export function ownedBy(owner: StoredObject): readonly OwnerReference[] {
  const { apiVersion, kind, metadata } = owner
  return [
    { apiVersion, kind, name: metadata.name, uid: uidOf(owner), controller: true, blockOwnerDeletion: true },
  ]
}

export const isDeleting = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined

/** Nothing can be created in a namespace that is being deleted (admission plugin NamespaceLifecycle). */
export function takesNewObjects(state: State, namespace: string | undefined): boolean {
  const found = namespace === undefined ? undefined : state.get(RESOURCES.Namespace, { name: namespace })
  return found === undefined || !isDeleting(found)
}

export const podSpecOf = (pod: StoredObject): PodSpec =>
  (pod.spec ?? { containers: [] }) as unknown as PodSpec
export const podStatusOf = (pod: StoredObject): PodStatus => (pod.status ?? {}) as PodStatus

function podCondition(pod: StoredObject, type: string): PodCondition | undefined {
  return podStatusOf(pod).conditions?.find((condition) => condition.type === type)
}

export const isReady = (pod: StoredObject): boolean => podCondition(pod, 'Ready')?.status === 'True'

/** Ms until the pod has been ready for `minReadySeconds`: 0 when it is available, undefined when it is not even ready. */
export function untilAvailableMs(
  pod: StoredObject,
  { minReadySeconds, nowMs }: { readonly minReadySeconds: number; readonly nowMs: number },
): number | undefined {
  const ready = podCondition(pod, 'Ready')
  if (ready?.status !== 'True') return undefined
  if (minReadySeconds === 0) return 0
  return Math.max(0, Date.parse(ready.lastTransitionTime ?? '') + minReadySeconds * 1000 - nowMs)
}

/** Neither ended nor about to end. */
export function isActive(pod: StoredObject): boolean {
  const { phase } = podStatusOf(pod)
  return phase !== 'Succeeded' && phase !== 'Failed' && !isDeleting(pod)
}

/** What the API server has against this pod; undefined when it was created. Anything else than a refusal is thrown. */
export function createPod(state: State, pod: KubeObject): StatusFault | undefined {
  try {
    state.create(RESOURCES.Pod, pod)
    return undefined
  } catch (error) {
    if (error instanceof StatusFault) return error
    throw error
  }
}

export interface PodPlan {
  readonly name: string
  readonly generateName: string
  readonly labels: Readonly<Record<string, string>>
  readonly spec?: Partial<PodSpec>
}

export function podFrom(template: PodTemplateSpec, owner: StoredObject, plan: PodPlan): KubeObject {
  const { name, generateName, labels, spec } = plan
  const { annotations, finalizers, labels: templateLabels } = template.metadata ?? {}
  return {
    apiVersion: apiVersionOf(RESOURCES.Pod),
    kind: RESOURCES.Pod.kind,
    metadata: {
      name,
      ...({ generateName } satisfies Record<string, string>),
      ...(owner.metadata.namespace !== undefined && { namespace: owner.metadata.namespace }),
      labels: { ...templateLabels, ...labels },
      ...(annotations !== undefined && { annotations }),
      ...(finalizers !== undefined && { finalizers }),
      ownerReferences: ownedBy(owner),
    },
    ...({ spec: { ...template.spec, ...spec }, status: { phase: 'Pending' } } satisfies object),
  }
}

/** RFC 3339 in whole seconds, the `metav1.Time` of the wire. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
/** With microseconds, the `metav1.MicroTime` of the wire. */
export const microTimeText = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')
