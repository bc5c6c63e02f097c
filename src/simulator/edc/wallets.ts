/** The participant contexts of an identity hub, with what belongs to them. */
import { asText, type JsonObject } from '../json.ts'
import { CredentialRuns } from './credential-runs.ts'

/** As EDC counts them. */
const CREATED = 0
export const ACTIVATED = 1
export const DEACTIVATED = 2
type WalletState = typeof CREATED | typeof ACTIVATED | typeof DEACTIVATED

export interface Wallet {
  readonly contextId: string
  readonly did: string
  readonly rights: unknown
  readonly keyId: string
  readonly createdAt: number
  readonly clientSecret: string
  readonly publicKey: JsonObject
  state: WalletState
  apiKey: string
}

/** Secrets of a new one; `tail` is random. */
export function newWallet(
  body: JsonObject,
  facts: {
    readonly createdAt: number
    readonly tails: readonly [string, string]
    readonly rights: unknown
    readonly publicKey: JsonObject
  },
): Wallet {
  const contextId = asText(body['participantContextId'])
  return {
    contextId,
    did: asText(body['did']),
    rights: facts.rights,
    keyId: `${asText(body['did'])}#key-1`,
    createdAt: facts.createdAt,
    clientSecret: facts.tails[0],
    publicKey: facts.publicKey,
    state: body['active'] === true ? ACTIVATED : CREATED,
    apiKey: `${Buffer.from(contextId).toString('base64')}.${facts.tails[1]}`,
  }
}

/** By the id of their participant context. */
export class Wallets {
  readonly #wallets = new Map<string, Wallet>()
  readonly #runs = new Map<string, CredentialRuns>()

  find(contextId: string): Wallet | undefined {
    return this.#wallets.get(contextId)
  }

  all(): readonly Wallet[] {
    return [...this.#wallets.values()]
  }

  /** Why there cannot be another like this. */
  conflictOf({ contextId, did }: Wallet): string | undefined {
    if (this.all().some((held) => held.did === did))
      return `Another participant with the same DID '${did}' already exists.`
    return this.#wallets.has(contextId) ? `An entity with ID ${contextId} already exists` : undefined
  }

  add(wallet: Wallet): void {
    this.#wallets.set(wallet.contextId, wallet)
  }

  /** Its credentials stay behind, its requests do not. */
  remove(contextId: string, nowMs: number): boolean {
    this.#runs.set(contextId, this.runsOf(contextId).onlyIssued(nowMs))
    return this.#wallets.delete(contextId)
  }

  runsOf(contextId: string): CredentialRuns {
    const runs = this.#runs.get(contextId) ?? new CredentialRuns()
    this.#runs.set(contextId, runs)
    return runs
  }

  /** A restart without a database. */
  forget(): void {
    this.#wallets.clear()
    this.#runs.clear()
  }
}
