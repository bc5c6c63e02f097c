/** Keeps a quota from being lowered while what runs still needs more: the pods that replace it would be refused for ever. */
import type { KubeObject } from '../model/kubernetes.ts'
import { isLessQuantity, isSameQuantity, sumOfQuantities } from '../model/quantity.ts'
import { differencesOf } from './differences.ts'
import { withCulprits } from './ownership.ts'
import { fieldAt, fieldOf, isMap, ROOT } from './place.ts'

const HARD = fieldAt(fieldAt(ROOT, 'spec'), 'hard')

/**
 * The quota as it is to be applied over the live one. A wanted amount has room for twice of what it is meant for; while
 * more than half of it is in use, that use stems from before, and the higher live amount stays until a later look. One
 * that somebody else has set does not.
 */
export function withRoom(wanted: KubeObject, live: KubeObject): KubeObject {
  const spec = fieldOf(wanted, 'spec')
  const hard = fieldOf(spec, 'hard')
  if (wanted.kind !== 'ResourceQuota' || !isMap(spec) || !isMap(hard)) return wanted
  const differences = withCulprits(differencesOf(wanted, live), live)
  const setByOthers = new Set(differences.filter(({ by }) => by !== undefined).map(({ path }) => path))
  const roomy = Object.entries(hard).map(([name, amount]) => {
    const held = fieldOf(fieldOf(fieldOf(live, 'spec'), 'hard'), name)
    const stays = isLessQuantity(amount, held) && isInUse(name, { amount, live })
    return [name, stays && !setByOthers.has(fieldAt(HARD, name).text) ? held : amount] as const
  })
  const roomier: KubeObject & { readonly spec: unknown } = {
    ...wanted,
    spec: { ...spec, hard: Object.fromEntries(roomy) },
  }
  return roomier
}

/** More than half of the amount, as the API server counts. */
function isInUse(
  name: string,
  { amount, live }: { readonly amount: unknown; readonly live: KubeObject },
): boolean {
  const used = fieldOf(fieldOf(fieldOf(live, 'status'), 'used'), name)
  return typeof used === 'string' && isLessQuantity(amount, sumOfQuantities([[used, 2]]))
}

/** True when the API server counts by the amounts of this quota, or does not count at all yet. */
export function isQuotaInForce(wanted: KubeObject, live: KubeObject): boolean {
  const inForce = fieldOf(fieldOf(live, 'status'), 'hard')
  const hard = fieldOf(fieldOf(wanted, 'spec'), 'hard')
  if (!isMap(inForce) || !isMap(hard)) return true
  return Object.entries(hard).every(([name, amount]) => isSameQuantity(amount, inForce[name]))
}
