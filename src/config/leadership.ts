/** Reads whether a leader is elected, and where its Lease is. */
import type { ClusterChoice, ConfigSource } from './config.ts'
import type { Settings } from './env.ts'

export type LeadershipSetting =
  /** Nobody else writes. */
  { readonly kind: 'sole' } | { readonly kind: 'elected'; readonly namespace: string }

export interface Surroundings extends Pick<ConfigSource, 'readFile'> {
  readonly cluster: ClusterChoice
}

/** Where Kubernetes tells a pod its namespace (Kubernetes documentation, "Accessing the Kubernetes API from a Pod"). */
const OWN_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'

export function readLeadership(
  settings: Settings,
  surroundings: Surroundings,
  faults: string[],
): LeadershipSetting {
  const { leaderElection = surroundings.cluster.kind === 'built-in' ? 'off' : 'on' } = settings
  if (leaderElection !== 'on' && leaderElection !== 'off')
    faults.push(`LEADER_ELECTION must be on or off, got "${leaderElection}"`)
  const namespace = settings.leaseNamespace ?? ownNamespace(surroundings)
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/u.test(namespace))
    faults.push(
      `LEASE_NAMESPACE must be the name of a namespace (a-z, 0-9 and "-", at most 63), got "${namespace}"`,
    )
  return leaderElection === 'off' ? { kind: 'sole' } : { kind: 'elected', namespace }
}

function ownNamespace({ cluster, readFile }: Surroundings): string {
  if (cluster.kind !== 'in-cluster') return 'default'
  try {
    return readFile(OWN_NAMESPACE).trim() || 'default'
  } catch {
    return 'default'
  }
}
