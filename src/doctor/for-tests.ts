/** A cluster in which all is well, but for what a test changes. */
import { participantCrd } from '../crd/participant-crd.ts'
import { nameOfRight } from '../install/rights.ts'
import type { AccessQuestion } from '../kube/inspection.ts'
import { DEFAULT_PROFILE } from '../manifests/default-profile.ts'
import type { KubeObject, ObjectKey, Resource } from '../model/kubernetes.ts'
import type { Profile } from '../model/profile.ts'
import type { Patient } from './finding.ts'

export interface Scripted {
  readonly gitVersion?: string
  readonly objects?: readonly KubeObject[]
  /** Answers whether these rights are granted; default: all are. */
  readonly mayI?: (right: string, question: AccessQuestion) => boolean
  readonly gateway?: readonly string[] | undefined
  /** Thrown instead of an answer about this kind, or about the `version`. */
  readonly errors?: Readonly<Record<string, Error>>
  readonly profiles?: readonly Profile[]
  readonly namespace?: string | undefined
  readonly seeding?: Patient['seeding']
}

export const NAMESPACE: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'engine', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
}

export function storageClass(name: string, isDefault: boolean): KubeObject {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': String(isDefault) }
  return { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name, annotations } }
}

export function servedCrd(spec: object = participantCrd().spec): KubeObject {
  const status = { conditions: [{ type: 'Established', status: 'True' }] }
  return { ...participantCrd(), spec, status } as KubeObject
}

export function gatewayFor(from: string, name = 'public'): KubeObject & { readonly spec: object } {
  const listeners = [{ name: 'https', port: 443, protocol: 'HTTPS', allowedRoutes: { namespaces: { from } } }]
  const metadata = { namespace: 'gateway', name }
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata, spec: { listeners } }
}

export const WELL: readonly KubeObject[] = [
  servedCrd(),
  storageClass('fast', true),
  NAMESPACE,
  gatewayFor('Selector'),
]

export function patient(scripted: Scripted = {}): Patient & AsyncDisposable {
  const { objects = WELL, errors = {}, mayI = () => true, gitVersion = 'v1.36.0' } = scripted
  const { profiles = [DEFAULT_PROFILE] } = scripted
  const found = (resource: Resource): readonly KubeObject[] => {
    const error = errors[resource.kind]
    if (error !== undefined) throw error
    return objects.filter(({ kind }) => kind === resource.kind)
  }
  return {
    kube: {
      // The test says which objects there are, the caller which kind it reads.
      get: async <T extends KubeObject>(resource: Resource, { name }: ObjectKey) =>
        found(resource).find(({ metadata }) => metadata.name === name) as T | undefined,
      list: async <T extends KubeObject>(resource: Resource) => ({
        items: found(resource) as readonly T[],
        resourceVersion: '1',
      }),
      version: async () => {
        if (errors['version'] !== undefined) throw errors['version']
        return { gitVersion }
      },
    },
    inspection: {
      mayI: async (question) => mayI(nameOfRight(question.verb, question), question),
      versionsOf: async () => ('gateway' in scripted ? scripted.gateway : ['v1', 'v1beta1']),
    },
    cluster: 'https://cluster.example:6443 (context test)',
    namespace: 'namespace' in scripted ? scripted.namespace : 'engine',
    ...(scripted.seeding && { seeding: scripted.seeding }),
    profiles: new Map(profiles.map((profile) => [profile.name, profile])),
    [Symbol.asyncDispose]: async () => undefined,
  }
}
