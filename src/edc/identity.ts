/** The identity API of an identity hub: wallets and their credentials; and its token service. */
import type { LiveCredential, RequestState } from '../seed/credential.ts'
import { REQUEST_STATES } from '../seed/credential.ts'
import type { JsonObject } from '../seed/definitions.ts'
import { type EdcProfile, pathId } from '../seed/profile.ts'
import type { HeldWallet, LiveWallet, SecretTrial } from '../seed/wallet.ts'
import type { EdcCall, Endpoint } from './endpoint.ts'
import { isEdcError } from './errors.ts'
import {
  CredentialList,
  CredentialRequestState,
  KeyPairList,
  shaped,
  TokenAnswer,
  WalletAnswer,
  WalletState,
} from './shapes.ts'

const ACTIVATED = 1

/** Every method rejects with an `EdcError`, or with the signal's reason. Ids are those of participant contexts. */
export class IdentityApi {
  readonly #endpoint: Endpoint
  readonly #tokens: Endpoint
  readonly #profile: EdcProfile

  constructor(endpoints: { readonly identity: Endpoint; readonly tokens: Endpoint }, profile: EdcProfile) {
    this.#endpoint = endpoints.identity
    this.#tokens = endpoints.tokens
    this.#profile = profile
  }

  /** Undefined when there is none. */
  async findWallet(contextId: string, signal: AbortSignal): Promise<LiveWallet | undefined> {
    const call = this.#call({ purpose: 'look up the wallet', method: 'GET', expected: 'json' }, contextId)
    const answer = await this.#endpoint.find(call, signal)
    if (answer === undefined) return undefined
    const state = shaped(WalletState, answer)
    if (state === undefined) throw this.#endpoint.misshapen(call, 'did and state')
    return { did: state.did, active: state.state === ACTIVATED }
  }

  /**
   * The answer holds secrets and is given once only: store it before anything else. A `conflict` when the DID or the id
   * is taken; nothing gives the secret then.
   */
  async createWallet(body: JsonObject, signal: AbortSignal): Promise<HeldWallet> {
    const call: EdcCall = {
      purpose: 'create the wallet',
      method: 'POST',
      path: this.#participants(),
      body: { json: body },
      expected: 'json',
    }
    const answer = shaped(WalletAnswer, await this.#endpoint.call(call, signal))
    if (answer === undefined) throw this.#endpoint.misshapen(call, 'clientId')
    const { clientId, clientSecret, apiKey } = answer
    if (this.#profile.secretHandOver === 'secrets-api' && !clientSecret)
      throw this.#endpoint.misshapen(call, 'clientSecret')
    return { clientId, ...(clientSecret && { clientSecret }), ...(apiKey && { apiKey }) }
  }

  async activateWallet(contextId: string, signal: AbortSignal): Promise<void> {
    const call = this.#call(
      { purpose: 'activate the wallet', method: 'POST', expected: 'nothing' },
      contextId,
      '/state?isActive=true',
    )
    await this.#endpoint.call(call, signal)
  }

  /** Its DID document is unpublished, its keys are gone, its credentials stay. False when there was none. */
  async removeWallet(contextId: string, signal: AbortSignal): Promise<boolean> {
    const call = this.#call(
      { purpose: 'delete the wallet', method: 'DELETE', expected: 'nothing' },
      contextId,
    )
    try {
      await this.#endpoint.call(call, signal)
      return true
    } catch (error) {
      if (isEdcError(error, 'absent')) return false
      throw error
    }
  }

  /** A new API key of the wallet, which is a secret; the old one is void. */
  async renewApiKey(contextId: string, signal: AbortSignal): Promise<string> {
    const call = this.#call(
      { purpose: 'renew the key of the wallet', method: 'POST', expected: 'word' },
      contextId,
      '/token',
    )
    return String(await this.#endpoint.call(call, signal))
  }

  /** Such as `PUBLISHED`. Ask only for the DID of a wallet that exists: EDC fails on any other. */
  async didState(
    wallet: { readonly contextId: string; readonly did: string },
    signal: AbortSignal,
  ): Promise<string> {
    const asked = { purpose: 'tell the state of the DID', method: 'POST', expected: 'word' } as const
    const call = this.#call(asked, wallet.contextId, '/dids/state')
    return String(await this.#endpoint.call({ ...call, body: { json: { did: wallet.did } } }, signal))
  }

  /** Takes the request; what becomes of it tells {@link requestState}. The address it answers is wrong and not looked at. */
  async requestCredential(contextId: string, body: JsonObject, signal: AbortSignal): Promise<void> {
    const asked = { purpose: 'request the credential', method: 'POST', expected: 'nothing' } as const
    const call = this.#call(asked, contextId, '/credentials/request')
    await this.#endpoint.call({ ...call, body: { json: body } }, signal)
  }

  /** Undefined when the hub knows of no such request, or of no such wallet. */
  async requestState(
    request: { readonly contextId: string; readonly holderPid: string },
    signal: AbortSignal,
  ): Promise<RequestState | undefined> {
    const call = this.#call(
      { purpose: 'tell how the request for the credential stands', method: 'GET', expected: 'json' },
      request.contextId,
      `/credentials/request/${encodeURIComponent(request.holderPid)}`,
    )
    const answer = await this.#endpoint.find(call, signal)
    if (answer === undefined) return undefined
    const told = shaped(CredentialRequestState, answer)?.status
    const state = REQUEST_STATES.find((known) => known === told)
    if (state === undefined) throw this.#endpoint.misshapen(call, 'known status')
    return state
  }

  /** Empty also when there is no such wallet; those of a wallet that was deleted are still in it. */
  async credentials(contextId: string, signal: AbortSignal): Promise<readonly LiveCredential[]> {
    const asked = { purpose: 'list the credentials', method: 'GET', expected: 'json' } as const
    const call = this.#call(asked, contextId, '/credentials')
    const list = shaped(CredentialList, await this.#endpoint.call(call, signal))
    if (list === undefined) throw this.#endpoint.misshapen(call, 'list of credentials')
    return list.map(({ issuerId, state, verifiableCredential: { credential } }) => ({
      issuerDid: issuerId,
      types: credential.type,
      state,
    }))
  }

  /** The public key that the wallet's DID document shows, a JWK; undefined when it has none. */
  async publicKey(contextId: string, signal: AbortSignal): Promise<JsonObject | undefined> {
    const asked = { purpose: 'tell the keys of the wallet', method: 'GET', expected: 'json' } as const
    const call = this.#call(asked, contextId, '/keypairs')
    const pairs = shaped(KeyPairList, await this.#endpoint.call(call, signal))
    if (pairs === undefined) throw this.#endpoint.misshapen(call, 'list of key pairs')
    const text = pairs.find(({ defaultPair }) => defaultPair)?.serializedPublicKey
    const key = text === undefined ? undefined : jwkIn(text)
    if (text !== undefined && key === undefined) throw this.#endpoint.misshapen(call, 'public key as JWK')
    return key
  }

  /** What the token service says to this secret: it is what the control plane will have to show. */
  async trySecret(
    client: { readonly clientId: string; readonly clientSecret: string },
    signal: AbortSignal,
  ): Promise<SecretTrial> {
    const { clientId, clientSecret } = client
    const call: EdcCall = {
      purpose: 'try the secret at the token service',
      method: 'POST',
      path: '/token',
      body: {
        form: {
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret,
          audience: clientId,
        },
      },
      expected: 'json',
      mute: true,
    }
    try {
      const token = shaped(TokenAnswer, await this.#tokens.call(call, signal))
      if (token === undefined) throw this.#tokens.misshapen(call, 'access_token')
      return 'works'
    } catch (error) {
      if (isEdcError(error, 'unauthorised')) return 'refused'
      // The only thing about this request that can be wrong; 0.15.1 says so in words that it calls invalid_request.
      if (isEdcError(error, 'refused')) return 'unsigned'
      throw error
    }
  }

  #participants(): string {
    return `${this.#profile.identity.path}/participants`
  }

  #call(asked: Omit<EdcCall, 'path'>, contextId: string, rest = ''): EdcCall {
    return { ...asked, path: `${this.#participants()}/${pathId(this.#profile, contextId)}${rest}` }
  }
}

/** As the hub writes it: JSON in a text. Without what says how it is used here. */
function jwkIn(text: string): JsonObject | undefined {
  try {
    const { kty, crv, x, y } = JSON.parse(text) as Readonly<Record<string, unknown>>
    return typeof kty === 'string' ? { kty, crv, x, y } : undefined
  } catch {
    return undefined
  }
}
