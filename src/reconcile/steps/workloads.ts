/** Makes what runs, and what is needed to reach and configure it. */
import { converge } from '../converge.ts'
import type { ReconcileStep } from '../work.ts'

/** Sets no condition. Ends as `converge` says; whether it runs is for the readiness step. */
export const workloads: ReconcileStep = {
  name: 'workloads',
  run: async (work) => converge(work, work.wanted().workloads),
}
