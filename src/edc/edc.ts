/** The EDC of one participant, as the product talks to it. */
import { ENDPOINTS, type Endpoint as Address, type RuntimeName } from '../manifests/addresses.ts'
import type { Reach, Send } from '../model/exchange.ts'
import type { EdcProfile } from '../seed/profile.ts'
import { type Recognised, recognise } from '../seed/recognise.ts'
import { Endpoint, type EndpointOptions } from './endpoint.ts'
import { IdentityApi } from './identity.ts'
import { IssuerApi } from './issuer.ts'
import { ManagementApi } from './management.ts'
import { ObservabilityApi } from './observability.ts'
import type { EdcShared } from './shared.ts'

/** As the guard and messages call it. */
export function issuerTarget(did: string): string {
  return `issuer ${did}`
}

export interface ParticipantAccess {
  readonly participant: string
  readonly reach: Reach
  /** How long ago a runtime got ready, in ms. Default: long ago, so that no answer is excused. */
  readonly readyForMs?: (runtime: RuntimeName) => number
}

export interface ParticipantKeys {
  /** Key or token for the management API of the control plane. */
  readonly management: string
  /** Key of the first administrator of the identity hub, or a token with all its scopes. */
  readonly identity: string
}

export interface ParticipantEdc {
  readonly management: ManagementApi
  readonly identity: IdentityApi
}

/** Nothing is sent before the first call. */
export function participantEdc(
  access: ParticipantAccess & { readonly profile: EdcProfile; readonly keys: ParticipantKeys },
  shared: EdcShared,
): ParticipantEdc {
  const { profile, keys } = access
  const { controlplane, identityhub } = ENDPOINTS
  const at = (runtime: RuntimeName, address: Address, secret?: string): Endpoint =>
    endpointAt(
      access,
      { runtime, address },
      {
        ...shared,
        ...(secret !== undefined && { credential: { kind: profile.authentication, secret } }),
      },
    )
  return {
    management: new ManagementApi(at('controlplane', controlplane.management, keys.management), profile),
    identity: new IdentityApi(
      {
        identity: at('identityhub', identityhub.identity, keys.identity),
        tokens: at('identityhub', identityhub.sts),
      },
      profile,
    ),
  }
}

export function observability(
  access: ParticipantAccess,
  runtime: RuntimeName,
  shared: EdcShared,
): ObservabilityApi {
  return new ObservabilityApi(endpointAt(access, { runtime, address: ENDPOINTS[runtime].health }, shared))
}

/** Asks both runtimes for their versions. Rejects with an `EdcError`. */
export async function probeProfile(
  access: ParticipantAccess,
  shared: EdcShared,
  signal: AbortSignal,
): Promise<Recognised> {
  // One after the other: no call of a pass goes on when the pass has ended with the failure of another.
  const management = await observability(access, 'controlplane', shared).versions('management', signal)
  const identity = await observability(access, 'identityhub', shared).versions('identity', signal)
  return recognise({ management, identity })
}

export interface IssuerAccess {
  /** For messages: the DID. */
  readonly did: string
  readonly send: Send
  /** The path of the admin API, such as `/api/admin`. */
  readonly adminPath: string
  /** The issuer's own participant context. */
  readonly contextId: string
  readonly profile: EdcProfile
  readonly key: string
}

/** Nothing is sent before the first call. */
export function issuerApi(
  { did, send, adminPath, contextId, profile, key }: IssuerAccess,
  shared: EdcShared,
): IssuerApi {
  const endpoint = new Endpoint({
    ...shared,
    send,
    target: issuerTarget(did),
    targetKind: 'issuer',
    basePath: adminPath,
    credential: { kind: profile.authentication, secret: key },
  })
  return new IssuerApi(endpoint, profile, contextId)
}

function endpointAt(
  { participant, reach, readyForMs }: ParticipantAccess,
  { runtime, address }: { readonly runtime: RuntimeName; readonly address: Address },
  rest: EdcShared & Pick<EndpointOptions, 'credential'>,
): Endpoint {
  return new Endpoint({
    ...rest,
    send: reach({ participant, service: runtime, port: address.port }),
    target: `${runtime} of "${participant}"`,
    targetKind: runtime,
    basePath: address.path,
    readyForMs: readyForMs && (() => readyForMs(runtime)),
  })
}
