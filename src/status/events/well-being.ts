/** Tells whether what an event is about is well by now. */
import type { ObservedPod } from '../../model/observed.ts'
import { msOf } from '../times.ts'
import { judgeWorkload } from '../workload.ts'
import type { CurrentSubject } from './subjects.ts'

/** Whether something is wrong with it now. */
export function showsCondition(subject: CurrentSubject, nowMs: number): boolean {
  switch (subject.kind) {
    case 'pod':
      return !isLeftover(subject.pod) && (!subject.pod.ready || isShaky(subject.pod, nowMs))
    case 'workload':
      return !judgeWorkload(subject.workload).ready
    case 'claim':
      return subject.claim.phase !== 'Bound'
    case 'namespace':
      return false
  }
}

/** A pod that was evicted, or is done, never becomes ready again and hinders nothing. */
function isLeftover({ phase }: ObservedPod): boolean {
  return phase === 'Failed' || phase === 'Succeeded'
}

/** Ready between two crashes is not over a crash: it has to last this long, ms (status reference §4.1). */
const STEADY_MS = 60_000

/** True for a pod that restarted a moment ago, or waits to be started again. */
export function isShaky({ containers }: ObservedPod, nowMs: number): boolean {
  return containers.some(({ kind, restarts, runningSince, lastTerminated }) => {
    if (kind === 'init' || restarts === 0 || lastTerminated === undefined) return false
    const startMs = msOf(runningSince)
    return startMs === undefined || nowMs - startMs < STEADY_MS
  })
}
