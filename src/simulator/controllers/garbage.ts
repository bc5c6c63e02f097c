/** Deletes what is left behind: objects whose owners are all gone (background deletion). */
import type { StateChange } from '../state.ts'
import type { Controller } from './loop.ts'
import { isDeleting, uidOf } from './objects.ts'
import type { World } from './world.ts'

/** Keys are uids of owners. */
export function garbageController({ state, index }: World): Controller {
  return {
    name: 'garbage-collector',
    concerns: ({ type, object }: StateChange) =>
      type === 'DELETED'
        ? [uidOf(object)]
        : (object.metadata.ownerReferences ?? [])
            .map((owner) => owner.uid)
            .filter((uid) => !index.isLive(uid)),
    sync: (ownerUid) => {
      for (const { resource, key, uid } of index.dependents(ownerUid)) {
        const dependent = state.get(resource, key)
        const owners = dependent?.metadata.ownerReferences ?? []
        if (dependent === undefined || isDeleting(dependent)) continue
        if (!owners.some((owner) => index.isLive(owner.uid))) state.delete(resource, key, { uid })
      }
      return undefined
    },
  }
}
