/** Limits what the namespace may take and who may talk to whom in it, before anything runs there. */
import { isQuotaInForce, withRoom } from '../../plan/quota.ts'
import { bringTo, readingOf } from '../converge.ts'
import { namesakesOf, readLive } from '../live.ts'
import { waiting } from '../outcomes.ts'
import { wantedOf } from '../wanted.ts'
import type { ReconcileStep } from '../work.ts'

/**
 * Waiting with `QuotaNotInForce` while the API server still counts by the amounts before: pods made meanwhile could be
 * refused. Else it ends as `converge` says. Sets no condition.
 */
export const policies: ReconcileStep = {
  name: 'policies',
  run: async (work) => {
    const wanted = wantedOf(work).policies
    const live = await readLive(readingOf(work), wanted)
    const outcome = await bringTo(work, wanted, live)
    const quota = wanted.find(({ kind }) => kind === 'ResourceQuota')
    if (quota === undefined || outcome.kind !== 'done') return outcome
    const [held] = namesakesOf([quota], live)
    if (held === undefined || isQuotaInForce(withRoom(quota, held), held)) return outcome
    return waiting(
      {
        reason: 'QuotaNotInForce',
        message: `ResourceQuota "${quota.metadata.name}" was changed; the API server does not count by it yet`,
      },
      work.tuning.recheckMs,
    )
  },
}
