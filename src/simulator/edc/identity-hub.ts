/** The identity API of an identity hub, and its token service: who may ask, and for what. */
import { asText, isObject } from '../json.ts'
import {
  complaint,
  conflict,
  type EdcAnswer,
  type EdcRequest,
  invalid,
  json,
  noJson,
  nothing,
  objectOf,
  page,
  unlabelled,
} from './answers.ts'
import { idInPath, keyOf } from './generation.ts'
import { WalletApi, type WalletApiOptions } from './wallet-api.ts'
import { ACTIVATED, newWallet, type Wallet, Wallets } from './wallets.ts'

export interface IdentityHubOptions extends WalletApiOptions {
  /** Of the first administrator. */
  readonly key: string
  /** The vault is that of the control plane, too. */
  readonly sharesVault: boolean
}

type Caller = 'admin' | Wallet

export class IdentityHub {
  readonly #options: IdentityHubOptions
  readonly #wallets = new Wallets()
  readonly #api: WalletApi

  constructor(options: IdentityHubOptions) {
    this.#options = options
    this.#api = new WalletApi(options, this.#wallets)
  }

  /** A restart without a database. */
  forget(): void {
    this.#wallets.forget()
  }

  /** `path` below that of the identity API. */
  answer(request: EdcRequest, path: string): EdcAnswer {
    const { generation } = this.#options
    const prefix = `${generation.identity}/participants`
    const rest = path.startsWith(prefix) ? path.slice(prefix.length).replace(/\/$/u, '') : undefined
    if (rest === undefined) return page(404, request.path)
    const key = keyOf(generation, request.headers)
    if (key === undefined) return page(401, request.path)
    const caller = this.#callerOf(key)
    if (caller === undefined) return unlabelled(REFUSED_KEY)
    if (rest === '') return this.#collection(request, caller)
    return this.#one(request, caller, rest)
  }

  /** `POST /token` with a form. */
  token(request: EdcRequest): EdcAnswer {
    const form = new URLSearchParams(request.body)
    const wallet = this.#wallets.all().find(({ did }) => did === form.get('client_id'))
    if (wallet === undefined || wallet.clientSecret !== form.get('client_secret'))
      return json(401, {
        error: 'invalid_client',
        error_description: 'Invalid client or Invalid client credentials',
      })
    if (!this.#options.vault.has(wallet.keyId))
      return json(400, {
        error: 'invalid_request',
        error_description: `Private key with ID '${wallet.keyId}' not found in Config`,
      })
    return json(200, { access_token: `e30.${this.#options.newSecret()}.e30`, token_type: 'Bearer' })
  }

  /** One that is not published is answered without a body, not with 404. */
  didDocument(path: string): EdcAnswer {
    const wallet = this.#wallets.all().find(({ did, state }) => state === ACTIVATED && didPath(did) === path)
    return wallet === undefined
      ? nothing(204)
      : json(200, { '@context': ['https://www.w3.org/ns/did/v1'], id: wallet.did, authentication: [] })
  }

  #callerOf(key: string): Caller | undefined {
    if (key === this.#options.key) return 'admin'
    return this.#wallets.all().find(({ apiKey }) => apiKey === key)
  }

  #collection(request: EdcRequest, caller: Caller): EdcAnswer {
    if (caller !== 'admin') return page(403, request.path)
    if (request.method === 'GET') {
      const shown = this.#wallets.all().map((wallet) => this.#api.shown(wallet))
      return json(200, shown)
    }
    return request.method === 'POST' ? this.#create(request) : nothing(405)
  }

  #one(request: EdcRequest, caller: Caller, path: string): EdcAnswer {
    const [, idText = '', rest = ''] = /^\/([^/]+)(.*)$/u.exec(path) ?? []
    const contextId = idInPath(this.#options.generation, idText)
    if (contextId === undefined) return page(400, request.path)
    if (caller !== 'admin' && caller.contextId !== contextId) return NOT_YOURS
    if (caller !== 'admin' && request.method === 'DELETE') return nothing(403)
    return this.#api.answer({ request, contextId, rest })
  }

  #create(request: EdcRequest): EdcAnswer {
    const { generation, now, newSecret, vault, sharesVault } = this.#options
    const body = objectOf(request.body)
    if (body === undefined) return noJson()
    if (asText(body['participantContextId']) === '')
      return invalid({
        message: 'participantContextId cannot be null or empty.',
        path: 'participantContextId',
      })
    if (!isObject(body['key'])) return invalid({ message: 'key descriptor cannot be empty.', path: 'keys' })
    const givenKey = body['key']['publicKeyJwk']
    const wallet = newWallet(body, {
      createdAt: now(),
      tails: [newSecret(), newSecret()],
      rights: body[generation.rights] ?? [],
      publicKey: isObject(givenKey) ? givenKey : { kty: 'EC', crv: 'P-256', x: newSecret(), y: newSecret() },
    })
    const taken = this.#wallets.conflictOf(wallet)
    if (taken !== undefined) return conflict(taken)
    this.#wallets.add(wallet)
    if (!isObject(givenKey)) vault.set(wallet.keyId, newSecret())
    const { apiKey, did, contextId, clientSecret } = wallet
    if (sharesVault) vault.set(`${contextId}-sts-client-secret`, clientSecret)
    if (generation.secretsApi) return json(200, { apiKey, clientId: did, clientSecret })
    return json(200, { apiKey: null, clientId: did, clientSecret: null })
  }
}

const REFUSED_KEY = complaint(401, { type: 'AuthenticationFailed', message: 'Invalid API token' })

const NOT_YOURS = complaint(403, {
  type: 'NotAuthorized',
  message: 'User is not authorized to access this resource',
})

/** `did:web:host:a:b` is `/a/b/did.json`, `did:web:host` is `/.well-known/did.json` (did:web, "Read"). */
function didPath(did: string): string {
  const [, ...path] = did.replace(/^did:web:/u, '').split(':')
  return `/${path.length === 0 ? '.well-known' : path.join('/')}/did.json`
}
