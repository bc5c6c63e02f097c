/** The namespace of a participant: who owns it, and what its pods may do. */
import type { Namespace } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { OWNER_ANNOTATION } from '../model/names.ts'
import type { ManifestInput } from './input.ts'
import { commonLabels } from './metadata.ts'

/**
 * Pinned, so that an upgrade of the cluster does not refuse pods that it admitted the day before; a server that is older
 * than this takes its own newest (Kubernetes documentation, "Pod Security Admission").
 */
const POD_SECURITY_VERSION = 'v1.36'

export function namespaceObject({ name, uid }: ManifestInput): KubeObject & Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { ...commonLabels(name), ...podSecurityLabels() },
      annotations: { [OWNER_ANNOTATION]: uid },
    },
  }
}

function podSecurityLabels(): Record<string, string> {
  return Object.fromEntries(
    ['enforce', 'audit', 'warn'].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, 'restricted'],
      [`pod-security.kubernetes.io/${mode}-version`, POD_SECURITY_VERSION],
    ]),
  )
}
