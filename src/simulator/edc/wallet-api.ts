/** What an identity hub answers about one participant context, to somebody who may ask. */
import { asText, isObject, type JsonObject, listAt } from '../json.ts'
import {
  bareWord,
  type EdcAnswer,
  type EdcRequest,
  json,
  noJson,
  notFound,
  nothing,
  objectOf,
  page,
  plainText,
} from './answers.ts'
import { type CredentialWish, type IssuerMood, type Run, stateOf } from './credential-runs.ts'
import type { Generation } from './generation.ts'
import { ACTIVATED, DEACTIVATED, type Wallet, type Wallets } from './wallets.ts'

export interface WalletApiOptions {
  readonly generation: Generation
  /** Wall clock, in ms. */
  readonly now: () => number
  readonly newSecret: () => string
  readonly newId: () => string
  /** Holds private keys; that of the control plane, where both use one. */
  readonly vault: Map<string, string>
  /** How that issuer meets this holder at this moment. */
  readonly moodOf: (issuerDid: string, holderDid: string) => IssuerMood
}

/** What is asked about. */
export interface Question {
  readonly request: EdcRequest
  readonly contextId: string
  /** Of the path, after the id. */
  readonly rest: string
}

type Handler = (api: WalletApi, question: Question) => EdcAnswer

/** By method and the rest of the path. */
const HANDLERS: readonly (readonly [RegExp, Handler])[] = [
  [/^GET $/u, (api, { contextId }) => api.withWallet(contextId, (wallet) => json(200, api.shown(wallet)))],
  [/^DELETE $/u, (api, { contextId }) => api.remove(contextId)],
  [/^POST \/state$/u, (api, question) => api.setState(question)],
  [/^POST \/token$/u, (api, { contextId }) => api.renewKey(contextId)],
  [/^POST \/dids\/state$/u, (api, question) => api.didState(question)],
  [/^POST \/credentials\/request$/u, (api, question) => api.request(question)],
  [/^GET \/credentials\/request\/[^/]+$/u, (api, question) => api.requestState(question)],
  [/^GET \/keypairs$/u, (api, { contextId }) => api.keyPairs(contextId)],
  [/^GET \/credentials$/u, (api, { contextId }) => api.credentials(contextId)],
]

export class WalletApi {
  readonly #options: WalletApiOptions
  readonly #wallets: Wallets

  constructor(options: WalletApiOptions, wallets: Wallets) {
    this.#options = options
    this.#wallets = wallets
  }

  answer(question: Question): EdcAnswer {
    const { method, path } = question.request
    const [, handler] = HANDLERS.find(([pattern]) => pattern.test(`${method} ${question.rest}`)) ?? []
    return handler === undefined ? page(404, path) : handler(this, question)
  }

  /** With the wallet of that id, or EDC's word that there is none. */
  withWallet(contextId: string, answer: (wallet: Wallet) => EdcAnswer): EdcAnswer {
    const wallet = this.#wallets.find(contextId)
    return wallet === undefined ? unknownContext(contextId) : answer(wallet)
  }

  remove(contextId: string): EdcAnswer {
    const keyId = this.#wallets.find(contextId)?.keyId
    if (keyId !== undefined) this.#options.vault.delete(keyId)
    return this.#wallets.remove(contextId, this.#options.now()) ? nothing(204) : unknownContext(contextId)
  }

  setState({ request, contextId }: Question): EdcAnswer {
    return this.withWallet(contextId, (wallet) => {
      wallet.state = request.query.get('isActive') === 'true' ? ACTIVATED : DEACTIVATED
      return nothing(204)
    })
  }

  /** None for a wallet that is not there. */
  keyPairs(contextId: string): EdcAnswer {
    const wallet = this.#wallets.find(contextId)
    if (wallet === undefined) return json(200, [])
    const { keyId, publicKey, createdAt } = wallet
    const pair = {
      participantContextId: contextId,
      id: keyId,
      timestamp: createdAt,
      keyId,
      groupName: null,
      keyContext: 'JsonWebKey2020',
      defaultPair: true,
      serializedPublicKey: JSON.stringify({ use: 'sig', kid: keyId, ...publicKey }),
      privateKeyAlias: keyId,
      state: ACTIVE_KEY,
      usage: ['sign_presentation', 'sign_token', 'sign_credentials'],
    }
    return json(200, [pair])
  }

  renewKey(contextId: string): EdcAnswer {
    return this.withWallet(contextId, (wallet) => {
      wallet.apiKey = `${Buffer.from(contextId).toString('base64')}.${this.#options.newSecret()}`
      return bareWord(wallet.apiKey)
    })
  }

  didState({ request, contextId }: Question): EdcAnswer {
    const wallet = this.#wallets.find(contextId)
    // EDC does not say that there is none; it fails.
    if (wallet === undefined || objectOf(request.body)?.['did'] !== wallet.did) return page(500, request.path)
    return bareWord(['GENERATED', 'PUBLISHED', 'UNPUBLISHED'][wallet.state] ?? '')
  }

  request({ request, contextId }: Question): EdcAnswer {
    const body = objectOf(request.body)
    if (body === undefined) return noJson()
    if (typeof body['issuerDid'] !== 'string')
      return plainText(400, "Missing required creator property 'issuerDid' (index 0)")
    const wish = wishOf(body, this.#options.newId)
    if (wish.credentials.length === 0) return page(400, request.path)
    return this.withWallet(contextId, (wallet) => this.#begin(wish, wallet))
  }

  #begin(wish: CredentialWish, { contextId, did }: Wallet): EdcAnswer {
    const { now, newId, moodOf, generation } = this.#options
    const mood = moodOf(wish.issuerDid, did)
    const run = { wish, mood, issuerPid: newId(), credentialId: `urn:uuid:${newId()}` }
    this.#wallets.runsOf(contextId).begin(run, now())
    // The address lacks the path of the API, and is of no use.
    const path = `${generation.identity}/participants/${contextId}/credentials/request/${wish.holderPid}`
    return nothing(201, { location: `http://identityhub:17081${path}` })
  }

  requestState({ contextId, rest }: Question): EdcAnswer {
    return this.withWallet(contextId, () => {
      const holderPid = decodeURIComponent(rest.split('/').at(-1) ?? '')
      const run = this.#wallets.runsOf(contextId).find(holderPid)
      return run === undefined
        ? notFound('HolderCredentialRequest', holderPid)
        : json(200, shownRun(run, this.#options.now()))
    })
  }

  /** Also those of a wallet that is gone, and none for one that never was. */
  credentials(contextId: string): EdcAnswer {
    const issued = this.#wallets.runsOf(contextId).issued(this.#options.now())
    const credentials = issued.flatMap((run) => credentialsOf(run, contextId))
    return json(200, credentials)
  }

  shown({ contextId, did, rights, createdAt, state }: Wallet): JsonObject {
    return {
      participantContextId: contextId,
      properties: {},
      [this.#options.generation.rights]: rights,
      did,
      createdAt,
      lastModified: createdAt,
      state,
      apiTokenAlias: `${contextId}-apikey`,
    }
  }
}

/** As EDC counts the states of a key pair. */
const ACTIVE_KEY = 200

function unknownContext(contextId: string): EdcAnswer {
  return notFound('ParticipantContext', contextId)
}

function shownRun(run: Run, nowMs: number): JsonObject {
  const { issuerDid, holderPid, credentials } = run.wish
  const status = stateOf(run, nowMs)
  return {
    issuerDid,
    holderPid,
    issuerPid: status === 'CREATED' ? null : run.issuerPid,
    status,
    typesAndFormats: credentials.map(({ id, type, format }) => ({ id, credentialType: type, format })),
  }
}

function wishOf(body: JsonObject, newId: () => string): CredentialWish {
  return {
    issuerDid: asText(body['issuerDid']),
    holderPid: asText(body['holderPid']) || newId(),
    credentials: listAt(body, 'credentials')
      .filter(isObject)
      .map(({ id, type, format }) => ({ id: asText(id), type: asText(type), format: asText(format) })),
  }
}

const ISSUED = 500

function credentialsOf({ wish, credentialId }: Run, contextId: string): readonly JsonObject[] {
  return wish.credentials.map(({ type, format }) => ({
    participantContextId: contextId,
    id: credentialId,
    issuerId: wish.issuerDid,
    state: ISSUED,
    verifiableCredential: {
      rawVc: 'e30.e30.e30',
      format,
      credential: { id: credentialId, type: ['VerifiableCredential', type], issuer: { id: wish.issuerDid } },
    },
  }))
}
