/** Makes what must outlive the workloads. */
import { converge } from '../converge.ts'
import type { ReconcileStep } from '../work.ts'

/** Sets no condition. Ends as `converge` says. */
export const storage: ReconcileStep = {
  name: 'storage',
  run: async (work) => converge(work, work.wanted().storage),
}
