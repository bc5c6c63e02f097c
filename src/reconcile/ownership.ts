/** Decides what is ours to write and to delete. */
import type { KubeObject } from '../model/kubernetes.ts'
import { MANAGED_BY, MANAGED_BY_LABEL, OWNER_ANNOTATION, PARTICIPANT_LABEL } from '../model/names.ts'

interface Owner {
  readonly name: string
  /** uid of the Participant: who was deleted and created again under one name is somebody else. */
  readonly uid: string
}

/** A namespace is ours only with the label and with the uid of this very Participant. */
export function ownsNamespace({ name, uid }: Owner, { metadata }: KubeObject): boolean {
  return (
    uid !== '' &&
    metadata.labels?.[PARTICIPANT_LABEL] === name &&
    metadata.annotations?.[OWNER_ANNOTATION] === uid
  )
}

/** Within a namespace of ours: an object that we wrote. */
export function ownsObject({ name }: Owner, { metadata }: KubeObject): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY && metadata.labels[PARTICIPANT_LABEL] === name
}
