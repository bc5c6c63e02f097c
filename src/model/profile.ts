/** A profile is a release: which images run, how much they get, which generation of the EDC APIs they speak, and how they are reached. */
import type { ComponentName, ComponentResources } from './participant.ts'

export interface ComponentProfile {
  readonly image: string
  readonly replicas: number
  readonly resources: ComponentResources
  /** A Kubernetes quantity; only for components that store something. */
  readonly storage?: string
}

/** What the public addresses of a participant are made of: HTTPRoutes of the Gateway API, an Ingress, or nothing. */
export const ROUTE_KINDS = ['gateway', 'ingress', 'none'] as const

export interface RouteSettings {
  readonly kind: (typeof ROUTE_KINDS)[number]
  /** Where HTTPRoutes attach; its listener has to allow routes from the namespaces of participants. */
  readonly gateway: {
    readonly name: string
    readonly namespace: string
    /** One listener of it. Left out: all that take the host name. */
    readonly sectionName?: string
  }
  /** Left out: the cluster's default class. */
  readonly ingressClassName?: string
  /** Of an Ingress: a Secret with a certificate in the participant's namespace. A Gateway has its own. */
  readonly tlsSecretName?: string
  /** On the route, for controllers that read some. */
  readonly annotations?: Readonly<Record<string, string>>
}

/** Who is at the other end of a connection. Without either: nobody. */
export interface Peers {
  /** Every pod of these namespaces. */
  readonly namespaces?: readonly string[]
  /** Addresses that are no pods: nodes, load balancers, other networks. */
  readonly cidrs?: readonly string[]
}

/** What the NetworkPolicies of a participant let through beside its own conversations. */
export interface NetworkSettings {
  /** Who may call the public ports. Left out: everybody. */
  readonly gateway?: Peers
  /** Whence the provisioner calls management, identity, health and vault. */
  readonly provisioner: Peers
  /** Whom the EDC runtimes may call by TCP. Left out: everybody but link-local addresses. */
  readonly egress?: Peers
}

/** What the runtimes of participants that are seeded are told, beside what all are. */
export interface EdcSettings {
  /** DIDs of the issuers whose credentials count. */
  readonly trustedIssuers: readonly string[]
  /** They keep their secrets in the vault of the participant; else each keeps its own in memory. */
  readonly sharesVault: boolean
}

export interface Profile {
  readonly name: string
  readonly components: Readonly<Record<ComponentName, ComponentProfile>>
  /** Left out: the cluster's default StorageClass. */
  readonly storageClassName?: string
  /** Names of pull Secrets that exist in the participant's namespace. */
  readonly imagePullPolicy: 'IfNotPresent' | 'Never' | 'Always'
  readonly routes: RouteSettings
  readonly network: NetworkSettings
  /** Left out: the runtimes keep their secrets in memory, and the vault is used by nobody. */
  readonly edc?: EdcSettings
}

export type Profiles = ReadonlyMap<string, Profile>
