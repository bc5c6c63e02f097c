/**
 * The environment of the three runtimes: what the manifests render, with the addresses of a namespace replaced by those of
 * this machine. EDC listens on all addresses, so every participant gets ports of its own.
 */
import { type Endpoint, ENDPOINTS, type RuntimeName } from '../../../src/manifests/addresses.ts'
import { DEFAULT_PROFILE } from '../../../src/manifests/default-profile.ts'
import { renderManifests } from '../../../src/manifests/manifests.ts'
import type { ManifestInput } from '../../../src/manifests/manifests.ts'
import type { KubeObject } from '../../../src/model/kubernetes.ts'
import { SPEC_DEFAULTS } from '../../../src/model/participant.ts'
import type { EdcSettings } from '../../../src/model/profile.ts'
import { freePorts } from '../../cluster/ports.ts'

export type Environment = Readonly<Record<string, string>>

/** Somebody of the dataspace, wherever its components run. */
export interface EdcParticipant {
  readonly name: string
  readonly did: string
  /** Where an API of it answers, without a slash at its end. Of the protocol: where all others reach it. */
  readonly address: (endpoint: Endpoint) => string
}

export interface LocalParticipant extends EdcParticipant {
  /** The port here of every port in the namespace. */
  readonly ports: ReadonlyMap<number, number>
  /** Left out: its runtimes keep their secrets in memory. */
  readonly edc?: EdcSettings
}

/** Its DID lies at the identity hub of this machine. */
export async function localParticipant(name: string, edc?: EdcSettings): Promise<LocalParticipant> {
  const inNamespace = Object.values(ENDPOINTS).flatMap((runtime) =>
    Object.values(runtime).map(({ port }) => port),
  )
  const here = await freePorts(inNamespace.length)
  const ports = new Map(inNamespace.map((port, at) => [port, here[at] ?? 0]))
  const didPort = ports.get(ENDPOINTS.identityhub.did.port)
  return {
    name,
    did: `did:web:127.0.0.1%3A${didPort}:${name}`,
    ports,
    ...(edc && { edc }),
    address: ({ port, path }) => `http://127.0.0.1:${ports.get(port)}${path}`.replace(/\/$/u, ''),
  }
}

/** Of the default profile. */
export function manifestInputOf({ name, did, edc }: LocalParticipant): ManifestInput {
  const spec = { ...SPEC_DEFAULTS, did, host: '127.0.0.1' }
  return { name, uid: 'uid', spec, profile: { ...DEFAULT_PROFILE, ...(edc && { edc }) } }
}

export function manifestsOf(participant: LocalParticipant): readonly KubeObject[] {
  return renderManifests(manifestInputOf(participant)).workloads
}

/** What a container would get, from ConfigMap and Secrets; `secrets` by the names of the variables. */
export function renderedEnvironment(
  participant: LocalParticipant,
  runtime: RuntimeName,
  secrets: Environment,
): Environment {
  const objects = manifestsOf(participant) as readonly Rendered[]
  const settings = objects.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith(runtime),
  )
  const workload = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === runtime)
  const variables = workload?.spec?.template.spec.containers[0]?.env ?? []
  const missing = variables.filter(({ name: variable }) => secrets[variable] === undefined)
  if (missing.length > 0) throw new Error(`no value for ${missing.map((one) => one.name).join(', ')}`)
  const given = Object.fromEntries(variables.map(({ name: variable }) => [variable, secrets[variable] ?? '']))
  return { ...localised(settings?.data ?? {}, participant), ...given }
}

interface Rendered {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Environment
  readonly spec?: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly { readonly env?: readonly { readonly name: string }[] }[]
      }
    }
  }
}

function localised(settings: Environment, participant: LocalParticipant): Environment {
  const entries = Object.entries(settings).map(([name, value]) => [name, localValue(value, participant)])
  return {
    ...Object.fromEntries(entries),
    EDC_HOSTNAME: '127.0.0.1',
    // In a cluster a route leads from the public address to this one.
    ...(settings['EDC_DSP_CALLBACK_ADDRESS'] !== undefined && {
      EDC_DSP_CALLBACK_ADDRESS: participant.address(ENDPOINTS.controlplane.protocol),
    }),
  }
}

/** Replaces a port of the namespace, alone or behind the name of a Service. DIDs have ports of this machine already. */
function localValue(value: string, { ports }: LocalParticipant): string {
  if (/^[0-9]+$/u.test(value)) return String(ports.get(Number(value)) ?? value)
  return value.replace(
    /\b(?:identityhub|controlplane|dataplane):([0-9]+)/u,
    (_, port: string) => `127.0.0.1:${ports.get(Number(port))}`,
  )
}
