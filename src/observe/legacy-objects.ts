/** Keeps of the objects without our label what may belong to a namespace that the Go provisioner made. All else is dropped unread. */
import type { KubeObject } from '../model/kubernetes.ts'
import { faultOfName } from '../model/names.ts'
import type { ObservedClaim, ObservedNamespace, ObservedPod, ObservedWorkload } from '../model/observed.ts'
import { COMPONENTS } from '../model/participant.ts'
import { projectClaim } from '../status/project-claim.ts'
import { projectNamespace } from '../status/project-participant.ts'
import { projectPod } from '../status/project-pod.ts'
import { projectDeployment } from '../status/project-workload.ts'

const NAMES: ReadonlySet<string> = new Set(COMPONENTS)

/** All that can bear a participant's name, so none of the platform's own. Whose a namespace is only its Deployments tell. */
export function keepLegacyNamespace(
  reserved: readonly string[],
): (object: KubeObject) => ObservedNamespace | undefined {
  return (object) =>
    faultOfName(object.metadata.name, reserved) === undefined ? projectNamespace(object) : undefined
}

export function keepLegacyDeployment(object: KubeObject): ObservedWorkload | undefined {
  return NAMES.has(object.metadata.name) ? projectDeployment(object) : undefined
}

/** The name of the ReplicaSet begins with that of its Deployment: what does not is not worth reading. */
export function keepLegacyPod(object: KubeObject): ObservedPod | undefined {
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true)
  if (owner?.kind !== 'ReplicaSet' || !NAMES.has(beforeLastDash(owner.name))) return undefined
  return projectPod(object)
}

/** A claim that is bound explains nothing. */
export function keepLegacyClaim(object: KubeObject): ObservedClaim | undefined {
  const claim = projectClaim(object)
  return claim.phase === 'Bound' && !claim.terminating ? undefined : claim
}

function beforeLastDash(name: string): string {
  const dash = name.lastIndexOf('-')
  return dash === -1 ? name : name.slice(0, dash)
}
