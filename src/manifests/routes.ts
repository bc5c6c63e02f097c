/** How the world reaches a participant: the public contexts under its own host name, and nothing else. */
import type { Ingress, IngressSpec } from 'kubernetes-types/networking/v1.d.ts'
import { type KubeObject, type Resource, RESOURCES } from '../model/kubernetes.ts'
import { ENDPOINTS, PUBLIC, type PublicPlace, publicPlace } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import { sharedMetadata } from './metadata.ts'

/** Every kind that a route of ours may have been of: what is not wanted any more is looked for among them. */
export const ROUTE_RESOURCES: readonly Resource[] = [RESOURCES.HTTPRoute, RESOURCES.Ingress]

export interface Routing {
  readonly objects: readonly KubeObject[]
  /** Why there is none. */
  readonly none?: string
}

/** One object for all paths: some ingress controllers start a load balancer for each. */
const NAME = 'public'

export function routesOf(input: ManifestInput): Routing {
  const { profile } = input
  const { hostname, prefix } = publicPlace(input)
  switch (profile.routes.kind) {
    case 'none':
      return { objects: [], none: `routes.kind is none in profile "${profile.name}"` }
    case 'gateway':
      return { objects: [httpRoute(input, { hostname, prefix })] }
    case 'ingress':
      return hostname === undefined
        ? {
            objects: [],
            none: `spec.host is an address, below which participants are told apart by paths, and an Ingress cannot rewrite paths; use a host name, or routes.kind gateway in profile "${profile.name}"`,
          }
        : { objects: [ingress(input, hostname)] }
  }
}

/** The part of `gateway.networking.k8s.io/v1` HTTPRoute that ours use. */
interface HttpRoute extends KubeObject {
  readonly spec: {
    readonly parentRefs: readonly {
      readonly group: string
      readonly kind: string
      readonly namespace: string
      readonly name: string
      readonly sectionName?: string
    }[]
    readonly hostnames?: readonly string[]
    readonly rules: readonly HttpRouteRule[]
  }
}

interface HttpRouteRule {
  readonly matches: readonly { readonly path: { readonly type: 'PathPrefix'; readonly value: string } }[]
  readonly filters?: readonly {
    readonly type: 'URLRewrite'
    readonly urlRewrite: {
      readonly path: { readonly type: 'ReplacePrefixMatch'; readonly replacePrefixMatch: string }
    }
  }[]
  readonly backendRefs: readonly {
    readonly group: string
    readonly kind: string
    readonly name: string
    readonly port: number
    readonly weight: number
  }[]
}

/** Defaults of the API server are written out, so that they are ours and taken back when somebody changes them. */
function httpRoute(input: ManifestInput, { hostname, prefix }: PublicPlace): HttpRoute {
  const { gateway, annotations } = input.profile.routes
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { ...sharedMetadata(input, NAME), ...(annotations && { annotations }) },
    spec: {
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', ...gateway }],
      ...(hostname !== undefined && { hostnames: [hostname] }),
      rules: PUBLIC.map(({ runtime, endpoint: { port, path } }) => ({
        matches: [{ path: { type: 'PathPrefix', value: below(prefix, path) } }],
        ...(isRewritten(prefix, path) && { filters: [rewriteTo(path)] }),
        backendRefs: [{ group: '', kind: 'Service', name: runtime, port, weight: 1 }],
      })),
    },
  }
}

/**
 * The identity hub looks a DID document up by the address that was asked for, which is the DID: this path it needs whole.
 */
function isRewritten(prefix: string, path: string): boolean {
  return prefix !== '' && path !== ENDPOINTS.identityhub.did.path
}

function below(prefix: string, path: string): string {
  return path === '/' && prefix !== '' ? prefix : `${prefix}${path}`
}

function rewriteTo(path: string): NonNullable<HttpRouteRule['filters']>[number] {
  return {
    type: 'URLRewrite',
    urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: path } },
  }
}

function ingress(input: ManifestInput, host: string): KubeObject & Ingress {
  const { ingressClassName, tlsSecretName, annotations } = input.profile.routes
  const paths = PUBLIC.map(({ runtime, endpoint: { port, path } }) => ({
    path,
    pathType: 'Prefix',
    backend: { service: { name: runtime, port: { number: port } } },
  }))
  const spec: IngressSpec = {
    ...(ingressClassName !== undefined && { ingressClassName }),
    ...(tlsSecretName !== undefined && { tls: [{ hosts: [host], secretName: tlsSecretName }] }),
    rules: [{ host, http: { paths } }],
  }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { ...sharedMetadata(input, NAME), ...(annotations && { annotations }) },
    spec,
  }
}
