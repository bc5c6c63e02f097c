/** Tells in the status of each ResourceQuota how much of it is used. */
import { hardOf, isCounted, RESOURCE_QUOTA, usedOf } from '../quota.ts'
import type { StateChange } from '../state.ts'
import type { Controller } from './loop.ts'
import { keyFrom, keyOfObject, keyTextOf } from './objects.ts'
import type { World } from './world.ts'

export function resourceQuotaController({ state, index }: World): Controller {
  return {
    name: 'resource-quota',
    concerns: ({ resource, object }: StateChange) => {
      if (resource.kind === RESOURCE_QUOTA.kind) return [keyTextOf(keyOfObject(object))]
      if (!isCounted(resource)) return []
      return index
        .inNamespace(object.metadata.namespace ?? '')
        .filter((ref) => ref.resource.kind === RESOURCE_QUOTA.kind)
        .map(({ key }) => keyTextOf(key))
    },
    sync: (key) => {
      const quota = state.get(RESOURCE_QUOTA, keyFrom(key))
      if (quota === undefined) return undefined
      const status = { hard: hardOf(quota), used: usedOf(state, quota) }
      state.updateStatus(RESOURCE_QUOTA, keyFrom(key), status)
      return undefined
    },
  }
}
