/** The one table of rights: which verbs on which kinds the program uses, where, and what for. `deploy/rbac.yaml` and the doctor follow it. */
import { type Resource, RESOURCES } from '../model/kubernetes.ts'
import { EVENTS_NAMESPACE } from '../model/names.ts'

/** As Kubernetes authorises them. An apply that creates needs `create` as well as `patch`. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'

export interface Right {
  readonly resource: Resource
  readonly subresource?: 'status'
  readonly verbs: readonly Verb[]
  /** `own`: only in the namespace that the program runs in; `default`: only in the namespace of that name. */
  readonly where: 'everywhere' | 'own' | 'default'
  /** Only the object of this name. */
  readonly name?: string
  /** What is lost without it: participants are neither made nor judged; people learn less of why; the doctor cannot check. */
  readonly need: 'work' | 'explanation' | 'doctor'
  readonly purpose: string
}

const READ = ['get', 'list', 'watch'] as const
const MAKE = ['create', 'patch'] as const

/**
 * A test holds it against the audit log of a real API server: whatever the program does that is missing here is refused
 * there, and what is here and was never done fails the test.
 */
export const RIGHTS: readonly Right[] = [
  {
    resource: RESOURCES.Participant,
    verbs: [...READ, ...MAKE, 'delete'],
    where: 'everywhere',
    need: 'work',
    purpose: 'read what is wanted, write what callers of the HTTP API want, hold the finalizer',
  },
  {
    resource: RESOURCES.Participant,
    subresource: 'status',
    verbs: ['patch'],
    where: 'everywhere',
    need: 'work',
    purpose: 'say how a participant stands',
  },
  {
    resource: RESOURCES.Namespace,
    verbs: [...READ, ...MAKE, 'delete'],
    where: 'everywhere',
    need: 'work',
    purpose: 'make, mend and remove the namespace of a participant',
  },
  ...[RESOURCES.Deployment, RESOURCES.StatefulSet].map((resource) =>
    everywhere(
      resource,
      ['list', 'watch', ...MAKE, 'delete'],
      'make, mend and take away the components of a participant, and see whether they run',
    ),
  ),
  everywhere(
    RESOURCES.Secret,
    ['get', ...MAKE],
    'see whether a generated Secret is there, make it once, complete it, and give it new values when somebody asks',
  ),
  ...[RESOURCES.ConfigMap, RESOURCES.Service, RESOURCES.ServiceAccount].map((resource) =>
    everywhere(resource, ['list', ...MAKE, 'delete'], 'make, mend and take away what the components need'),
  ),
  ...[RESOURCES.NetworkPolicy, RESOURCES.ResourceQuota, RESOURCES.LimitRange].map((resource) =>
    everywhere(
      resource,
      ['list', ...MAKE, 'delete'],
      'make, mend and take away what fences a participant in',
    ),
  ),
  ...[RESOURCES.HTTPRoute, RESOURCES.Ingress].map((resource) =>
    everywhere(resource, ['list', ...MAKE, 'delete'], 'make, mend and take away the routes to a participant'),
  ),
  everywhere(
    RESOURCES.PersistentVolumeClaim,
    ['list', ...MAKE],
    'make and mend the storage of a participant',
  ),
  {
    resource: RESOURCES.PersistentVolumeClaim,
    // Of all claims this one alone: those of databases are never deleted by the program.
    name: 'vault-data',
    verbs: ['delete'],
    where: 'everywhere',
    need: 'work',
    purpose: 'begin anew with a vault whose keys were lost before anybody could use it',
  },
  everywhere(RESOURCES.Pod, ['list', 'watch'], 'see why a component does not run'),
  {
    resource: RESOURCES.PersistentVolumeClaim,
    verbs: ['watch'],
    where: 'everywhere',
    need: 'explanation',
    purpose: 'tell that storage is missing',
  },
  {
    resource: RESOURCES.Event,
    verbs: ['list', 'watch'],
    where: 'everywhere',
    need: 'explanation',
    purpose: 'tell what the cluster says about pods and claims',
  },
  ...[RESOURCES.Ingress, RESOURCES.HTTPRoute].map((resource): Right => ({
    resource,
    verbs: ['watch'],
    where: 'everywhere',
    need: 'explanation',
    purpose: 'tell whether a participant can be reached from outside',
  })),
  {
    resource: RESOURCES.Lease,
    verbs: ['get', 'create', 'patch'],
    where: 'own',
    need: 'work',
    purpose: 'elect the one process that writes',
  },
  {
    resource: RESOURCES.ReportedEvent,
    verbs: ['create', 'patch'],
    // What is about a resource without a namespace is kept there.
    where: EVENTS_NAMESPACE,
    need: 'explanation',
    purpose: 'tell by events what became of a participant',
  },
  {
    resource: RESOURCES.CustomResourceDefinition,
    name: 'participants.dataspaces.dev',
    verbs: ['get'],
    where: 'everywhere',
    need: 'doctor',
    purpose: 'compare the installed schema of Participants with that of the program',
  },
  {
    resource: RESOURCES.StorageClass,
    verbs: ['list'],
    where: 'everywhere',
    need: 'doctor',
    purpose: 'tell whether claims get storage',
  },
  {
    resource: RESOURCES.Gateway,
    verbs: ['get'],
    where: 'everywhere',
    need: 'doctor',
    purpose: 'tell whether the Gateway of the routes is there',
  },
  {
    resource: RESOURCES.IngressClass,
    verbs: ['list'],
    where: 'everywhere',
    need: 'doctor',
    purpose: 'tell whether anybody takes on an Ingress',
  },
]

function everywhere(resource: Resource, verbs: readonly Verb[], purpose: string): Right {
  return { resource, verbs, where: 'everywhere', need: 'work', purpose }
}

/** `list deployments.apps`, `patch participants.dataspaces.dev/status`: as `kubectl auth can-i` takes it. */
export function nameOfRight(
  verb: Verb,
  { resource, subresource }: Pick<Right, 'resource'> & { readonly subresource?: string },
): string {
  const kind = [resource.plural, resource.group].filter((part) => part !== '').join('.')
  return `${verb} ${kind}${subresource === undefined ? '' : `/${subresource}`}`
}
