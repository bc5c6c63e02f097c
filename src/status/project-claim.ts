/** Keeps of a PersistentVolumeClaim whether there is a volume for it. */
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject, ObjectMeta } from '../model/kubernetes.ts'
import type { ObservedClaim } from '../model/observed.ts'
import { text } from './defaults.ts'

/** Whatever is missing is empty, never an error; a claim without a phase is Pending. */
export function projectClaim(object: KubeObject): ObservedClaim {
  const claim: RawClaim = object
  const { metadata = {}, spec, status } = claim
  return {
    namespace: text(metadata.namespace),
    name: text(metadata.name),
    uid: text(metadata.uid),
    creationTimestamp: text(metadata.creationTimestamp),
    phase: status?.phase ?? 'Pending',
    storageClass: text(spec?.storageClassName),
    terminating: text(metadata.deletionTimestamp) !== '',
  }
}

/** As it may stand in a dump: everything can be absent. */
interface RawClaim {
  readonly metadata?: Partial<ObjectMeta>
  readonly spec?: PersistentVolumeClaim['spec'] | null
  readonly status?: PersistentVolumeClaim['status'] | null
}
