/** Preconditions of writes: the object that is meant, and how the API server says that it is another. */
import { keyOf, type Resource } from '../model/kubernetes.ts'
import type { StoredObject } from './state.ts'
import { conflict, MODIFIED, type StatusFault } from './status-fault.ts'

export interface ConflictWords {
  readonly uid: (resource: Resource, live: StoredObject, wanted: string) => StatusFault
  readonly version: (resource: Resource, live: StoredObject, wanted: string) => StatusFault
}

/** Of an update. */
export const OF_UPDATE: ConflictWords = {
  uid: (resource, { metadata }, wanted) =>
    conflict(
      resource,
      metadata.name,
      `StorageError: invalid object, Code: 4, Key: /registry/${resource.plural}/${keyOf({ metadata })}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${metadata.uid}`,
    ),
  version: (resource, { metadata }) => conflict(resource, metadata.name, MODIFIED),
}

/** Of a deletion: reported about the kind, not about the resource. */
export const OF_DELETION: ConflictWords = {
  uid: (resource, { metadata }, wanted) =>
    conflict(
      { ...resource, plural: resource.kind },
      metadata.name,
      `the UID in the precondition (${wanted}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    ),
  version: (resource, { metadata }, wanted) =>
    conflict(
      { ...resource, plural: resource.kind },
      metadata.name,
      `the ResourceVersion in the precondition (${wanted}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    ),
}
