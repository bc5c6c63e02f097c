/** The rules of an object's life: when its generation counts, what holds it, how long it may take to go. */
import type { Resource } from '../model/kubernetes.ts'
import { asText, listAt, objectAt, omit, same, valueAt, withValue } from './json.ts'
import type { StoredObject } from './state.ts'

/** Of the core group only pods count generations; of the others all but those that have no spec to speak of. */
export function hasGeneration({ group, kind }: Resource): boolean {
  if (group === '') return kind === 'Pod'
  return !['rbac.authorization.k8s.io', 'coordination.k8s.io', 'storage.k8s.io', 'events.k8s.io'].includes(
    group,
  )
}

/** A Deployment's generation counts its annotations too, but for the revision: that is written with the status. */
export function isNewGeneration({ kind }: Resource, before: StoredObject, after: StoredObject): boolean {
  const notes = ({ metadata }: StoredObject): object =>
    omit(metadata.annotations ?? {}, 'deployment.kubernetes.io/revision')
  if (kind === 'Deployment' && !same(notes(before), notes(after))) return true
  // Binding sets the node of a pod without a new generation.
  const spec = (object: StoredObject): StoredObject =>
    kind === 'Pod' ? (withValue({ ...object }, ['spec', 'nodeName'], undefined) as StoredObject) : object
  const content = (object: StoredObject): object => omit({ ...spec(object) }, 'metadata', 'status')
  return !same(content(before), content(after))
}

export function isHeld({ kind }: Resource, object: StoredObject): boolean {
  const held = (object.metadata.finalizers ?? []).length > 0
  return held || (kind === 'Namespace' && listAt(object, 'spec', 'finalizers').length > 0)
}

/** A pod that runs nowhere, or has ended, needs no grace (pod strategy `CheckGracefulDelete`). */
export function graceOf(pod: StoredObject, asked: number | undefined): number {
  const { nodeName, terminationGracePeriodSeconds: own = 30 } = objectAt(pod, 'spec')
  const ended = ['Succeeded', 'Failed'].includes(asText(objectAt(pod, 'status')['phase']))
  return nodeName === undefined || ended ? 0 : Math.max(0, asked ?? Number(own))
}

/** The DELETED event shows the object as it last was. */
export function asGone(object: StoredObject): StoredObject {
  return remainingGrace(object) > 0 ? (withValue({ ...object }, GRACE, 0) as StoredObject) : object
}

/** Where a deleting object says how many seconds it has left. */
export const GRACE = ['metadata', 'deletionGracePeriodSeconds']

export function remainingGrace(object: StoredObject): number {
  return Number(valueAt(object, GRACE) ?? 0)
}

export function asNewNamespace(object: StoredObject): StoredObject {
  const labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name }
  return {
    ...object,
    metadata: { ...object.metadata, labels },
    spec: { ...object.spec, finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }
}
