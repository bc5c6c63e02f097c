/** Keeps of a ReplicaSet which revision of which Deployment it is. */
import type { KubeObject } from '../../model/kubernetes.ts'
import { text } from '../defaults.ts'

export interface ObservedReplicaSet {
  readonly name: string
  readonly uid: string
  /** Of the Deployment; empty when nothing owns it. */
  readonly owner: { readonly name: string; readonly uid: string }
  /** Counted by the Deployment; 0 when it is not told. */
  readonly revision: number
}

const REVISION = 'deployment.kubernetes.io/revision'

/** Whatever is missing is empty or 0, never an error. */
export function projectReplicaSet({ metadata }: KubeObject): ObservedReplicaSet {
  const { name, uid, annotations = {}, ownerReferences = [] } = metadata
  const owner = ownerReferences.find(({ kind }) => kind === 'Deployment')
  const revision = Number(annotations[REVISION] ?? 0)
  return {
    name,
    uid: text(uid),
    owner: { name: text(owner?.name), uid: text(owner?.uid) },
    revision: Number.isFinite(revision) ? revision : 0,
  }
}
