/** Decides whether the pods of a workload are all of its latest template, and run. */
import type { KubeObject } from '../model/kubernetes.ts'
import type { ObservedWorkload } from '../model/observed.ts'
import { projectDeployment, projectStatefulSet } from './project-workload.ts'
import { judgeWorkload } from './workload.ts'

/** A workload that is to have no pods has nothing to wait for, once its controller has seen that. */
export function isRolledOut(workload: ObservedWorkload): boolean {
  const { desired, generation, observedGeneration = 0, deletionTimestamp } = workload
  if (desired === 0) return deletionTimestamp === undefined && observedGeneration >= generation
  return judgeWorkload(workload).ready
}

/** The same of the object as the API server gives it: a Deployment or a StatefulSet. */
export function isLiveRolledOut(live: KubeObject): boolean {
  return isRolledOut(projectWorkload(live))
}

export function projectWorkload(live: KubeObject): ObservedWorkload {
  return live.kind === 'StatefulSet' ? projectStatefulSet(live) : projectDeployment(live)
}
