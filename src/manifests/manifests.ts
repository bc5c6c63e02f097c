/** Says what a participant consists of: from its spec and its profile to every object in the cluster. */
import type { KubeObject } from '../model/kubernetes.ts'
import { controlPlaneObjects } from './controlplane.ts'
import { dataPlaneObjects } from './dataplane.ts'
import { identityHubObjects } from './identityhub.ts'
import { type ManifestInput, manifestInputOf } from './input.ts'
import { limitObjects } from './limits.ts'
import { namespaceObject } from './namespace.ts'
import { networkPolicies } from './network.ts'
import { postgresObjects } from './postgres.ts'
import { type Routing, routesOf } from './routes.ts'
import { renderSecrets } from './secrets.ts'
import { withRestartMarks } from './settings-mark.ts'
import { vaultObjects } from './vault.ts'

export { manifestInputOf, renderSecrets }
export type { ManifestInput }

export interface Manifests {
  readonly namespace: KubeObject
  /** What the namespace may take and who may talk to whom: to be in force before anything runs. */
  readonly policies: readonly KubeObject[]
  /** PersistentVolumeClaims. */
  readonly storage: readonly KubeObject[]
  /** What runs and what it needs, but for the Secrets, in the order in which one needs the other. */
  readonly workloads: readonly KubeObject[]
  readonly routes: Routing
}

/** Pods need their account and settings to be there, and are to find the Services when they start. */
const WORKLOAD_ORDER: readonly string[] = [
  'ServiceAccount',
  'ConfigMap',
  'Service',
  'StatefulSet',
  'Deployment',
]

/** What people look for first comes first. */
const SHOWN_ORDER: readonly string[] = [
  'Namespace',
  'StatefulSet',
  'Deployment',
  'Service',
  'ConfigMap',
  'Secret',
  'PersistentVolumeClaim',
  'ServiceAccount',
  'HTTPRoute',
  'Ingress',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
]

/** The same input gives the same objects. Throws `SpecError` when profile and overrides leave something undefined. */
export function renderManifests(input: ManifestInput): Manifests {
  const objects = [
    ...postgresObjects(input),
    ...vaultObjects(input),
    ...identityHubObjects(input),
    ...controlPlaneObjects(input),
    ...dataPlaneObjects(input),
  ]
  return {
    namespace: namespaceObject(input),
    policies: [...limitObjects(input, objects), ...networkPolicies(input)],
    storage: objects.filter(({ kind }) => kind === 'PersistentVolumeClaim'),
    workloads: inOrder(withRestartMarks(objects, input.rotation), WORKLOAD_ORDER),
    routes: routesOf(input),
  }
}

/** Names and kinds of everything, Secrets included, in the order in which they are shown to callers. */
export function objectRefs(
  input: ManifestInput,
): readonly { readonly name: string; readonly kind: string }[] {
  const { namespace, policies, storage, workloads, routes } = renderManifests(input)
  const secrets = renderSecrets(input, () => '')
  return inOrder(
    [namespace, ...policies, ...storage, ...workloads, ...secrets, ...routes.objects],
    SHOWN_ORDER,
  ).map(({ kind, metadata }) => ({
    name: metadata.name,
    kind,
  }))
}

function inOrder(objects: readonly KubeObject[], kinds: readonly string[]): readonly KubeObject[] {
  return kinds.flatMap((kind) => objects.filter((object) => object.kind === kind))
}
