/** Every address of a participant: those of its components inside the namespace, and those the world sees. */
import type { ManifestInput } from './input.ts'

export interface Endpoint {
  readonly port: number
  readonly path: string
}

export type RuntimeName = 'identityhub' | 'controlplane' | 'dataplane'

/** The web contexts of each EDC runtime. `health` is EDC's default context and carries the observability API. */
export const ENDPOINTS = {
  identityhub: {
    health: { port: 17080, path: '/api' },
    identity: { port: 17081, path: '/api/identity' },
    credentials: { port: 17082, path: '/api/credentials' },
    did: { port: 17083, path: '/' },
    sts: { port: 17084, path: '/api/sts' },
  },
  controlplane: {
    health: { port: 18080, path: '/api' },
    management: { port: 18081, path: '/api/management' },
    protocol: { port: 18082, path: '/api/dsp' },
    control: { port: 18083, path: '/api/control' },
  },
  dataplane: {
    health: { port: 18180, path: '/api' },
    control: { port: 18183, path: '/api/control' },
  },
} as const satisfies Readonly<Record<RuntimeName, Readonly<Record<string, Endpoint>>>>

/** What the world may reach: the contexts that others of the dataspace call. Everything else stays inside the cluster. */
export const PUBLIC: readonly { readonly runtime: RuntimeName; readonly endpoint: Endpoint }[] = [
  { runtime: 'controlplane', endpoint: ENDPOINTS.controlplane.protocol },
  { runtime: 'identityhub', endpoint: ENDPOINTS.identityhub.credentials },
  { runtime: 'identityhub', endpoint: ENDPOINTS.identityhub.did },
]

export const POSTGRES_PORT = 5432
export const VAULT_PORT = 8200

/** By Service name: all callers are in the same namespace, and no cluster domain has to be known. */
export function internalUrl(service: RuntimeName, { port, path }: Endpoint): string {
  return `http://${service}:${port}${path}`
}

export function jdbcUrl(database: string): string {
  return `jdbc:postgresql://postgres:${POSTGRES_PORT}/${database}`
}

/** Where other participants reach the Dataspace Protocol of this one; they call back to it. */
export function dspCallbackUrl(input: ManifestInput): string {
  return `${publicUrl(input)}${ENDPOINTS.controlplane.protocol.path}`
}

/** Where issuers and other participants reach the credential service of this one. */
export function credentialsUrl(input: ManifestInput): string {
  return `${publicUrl(input)}${ENDPOINTS.identityhub.credentials.path}`
}

function publicUrl(input: ManifestInput): string {
  const { host } = input.spec
  const { hostname, prefix } = publicPlace(input)
  return `${isLocal(host) ? 'http' : 'https'}://${hostname === undefined ? '' : `${input.name}.`}${host}${prefix}`
}

/** Where below `spec.host` a participant is found. */
export interface PublicPlace {
  /** In lower case and without the port. Undefined: any, and {@link prefix} tells the participants apart. */
  readonly hostname: string | undefined
  /** Empty, or a slash and the name. */
  readonly prefix: string
}

/**
 * A host name of its own below `spec.host` (`acme.example.org`), so that no participant can take over a path of another.
 * An IP address has no names below it; there the name is the first part of the path.
 */
export function publicPlace({ name, spec: { host } }: ManifestInput): PublicPlace {
  if (isIpAddress(host)) return { hostname: undefined, prefix: `/${name}` }
  return { hostname: `${name}.${withoutPort(host)}`.toLowerCase(), prefix: '' }
}

/**
 * Whether `did:web` documents are fetched by https, as the method demands, or by http, as a dataspace on a developer's
 * machine needs. EDC has one switch for all DIDs; the participant's own tells which kind of dataspace this is.
 */
export function didWebUsesHttps(did: string): boolean {
  const host = /^did:web:([^:]*)/u.exec(did)?.[1]
  return host === undefined || !isLocal(host.replaceAll(/%3A/giu, ':'))
}

/** Hosts that no public authority issues certificates for (RFC 6761, RFC 6762, and ICANN's reservation of `internal`). */
function isLocal(host: string): boolean {
  if (isIpAddress(host)) return true
  const labels = withoutPort(host).toLowerCase().split('.')
  return labels.length === 1 || ['localhost', 'local', 'internal', 'test'].includes(labels.at(-1) ?? '')
}

function isIpAddress(host: string): boolean {
  return host.startsWith('[') || /^[0-9.]+$/u.test(withoutPort(host))
}

function withoutPort(host: string): string {
  return host.replace(/:[0-9]*$/u, '')
}
