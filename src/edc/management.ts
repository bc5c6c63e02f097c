/** The management API of a control plane: assets, policies, contract definitions, and the vault behind it. */
import type { Definition, DefinitionKind } from '../seed/definitions.ts'
import type { EdcProfile } from '../seed/profile.ts'
import type { EdcCall, Endpoint } from './endpoint.ts'
import { isEdcError } from './errors.ts'

const COLLECTIONS: Readonly<Record<DefinitionKind, string>> = {
  asset: 'assets',
  policy: 'policydefinitions',
  contractDefinition: 'contractdefinitions',
}

const NAMES: Readonly<Record<DefinitionKind, string>> = {
  asset: 'asset',
  policy: 'policy',
  contractDefinition: 'contract definition',
}

const EDC_NAMESPACE = 'https://w3id.org/edc/v0.0.1/ns/'

/** Every method rejects with an `EdcError`, or with the signal's reason. */
export class ManagementApi {
  readonly #endpoint: Endpoint
  readonly #profile: EdcProfile

  constructor(endpoint: Endpoint, profile: EdcProfile) {
    this.#endpoint = endpoint
    this.#profile = profile
  }

  /** As EDC holds it, in JSON-LD of its own compaction; undefined when there is none. */
  async find({ kind, id }: Pick<Definition, 'kind' | 'id'>, signal: AbortSignal): Promise<unknown> {
    const call: EdcCall = {
      purpose: `look up the ${NAMES[kind]} "${id}"`,
      method: 'GET',
      path: this.#path(kind, id),
      expected: 'json',
    }
    return this.#endpoint.find(call, signal)
  }

  /** A `conflict` when it exists. */
  async create({ kind, id, body }: Definition, signal: AbortSignal): Promise<void> {
    const call: EdcCall = {
      purpose: `create the ${NAMES[kind]} "${id}"`,
      method: 'POST',
      path: this.#path(kind),
      body: { json: body },
      expected: 'nothing',
      secrets: secretsOf(body),
    }
    await this.#endpoint.call(call, signal)
  }

  /** Replaces it as a whole. `absent` when it is gone. */
  async update({ kind, id, body }: Definition, signal: AbortSignal): Promise<void> {
    const call: EdcCall = {
      purpose: `update the ${NAMES[kind]} "${id}"`,
      method: 'PUT',
      // Only policies are updated at a path of their own.
      path: kind === 'policy' ? this.#path(kind, id) : this.#path(kind),
      body: { json: body },
      expected: 'nothing',
      secrets: secretsOf(body),
    }
    await this.#endpoint.call(call, signal)
  }

  /**
   * Makes the vault behind the control plane hold this value, whatever it held before. It is not read first: an alias
   * has the DID in it, and EDC's server takes no path with an escaped `%`.
   */
  async storeSecret(
    secret: { readonly alias: string; readonly value: string },
    signal: AbortSignal,
  ): Promise<void> {
    if (await this.#replaceSecret(secret, signal)) return
    try {
      await this.#endpoint.call(this.#secretCall('POST', secret), signal)
    } catch (error) {
      if (!isEdcError(error, 'conflict')) throw error
      // Somebody was faster; what counts is that it is our value.
      await this.#endpoint.call(this.#secretCall('PUT', secret), signal)
    }
  }

  async #replaceSecret(
    secret: Parameters<ManagementApi['storeSecret']>[0],
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await this.#endpoint.call(this.#secretCall('PUT', secret), signal)
      return true
    } catch (error) {
      if (isEdcError(error, 'absent')) return false
      throw error
    }
  }

  #secretCall(
    method: 'POST' | 'PUT',
    { alias, value }: Parameters<ManagementApi['storeSecret']>[0],
  ): EdcCall {
    return {
      purpose: `store the secret "${alias}"`,
      method,
      path: `${this.#profile.management.path}/secrets`,
      body: {
        json: { '@context': { '@vocab': EDC_NAMESPACE }, '@type': 'Secret', '@id': alias, value },
      },
      expected: 'nothing',
      mute: true,
    }
  }

  #path(kind: DefinitionKind, id?: string): string {
    const collection = `${this.#profile.management.path}/${COLLECTIONS[kind]}`
    return id === undefined ? collection : `${collection}/${encodeURIComponent(id)}`
  }
}

/** A data address may hold credentials; short values are words such as `true`. */
function secretsOf({ dataAddress }: Definition['body']): readonly string[] {
  if (typeof dataAddress !== 'object' || dataAddress === null) return []
  return Object.values(dataAddress).filter(
    (value): value is string => typeof value === 'string' && value.length >= MIN_SECRET_LENGTH,
  )
}

const MIN_SECRET_LENGTH = 6
