/** The admin API of an issuer: those who may ask it for credentials, there called holders. */
import { type Holder, holderBody } from '../seed/holder.ts'
import { type EdcProfile, pathId } from '../seed/profile.ts'
import type { EdcCall, Endpoint } from './endpoint.ts'
import { isEdcError } from './errors.ts'
import { HolderList, shaped } from './shapes.ts'

/** Every method rejects with an `EdcError`, or with the signal's reason. */
export class IssuerApi {
  readonly #endpoint: Endpoint
  readonly #profile: EdcProfile
  readonly #contextId: string

  /** `contextId` is the issuer's own participant context, in known set-ups its DID or `issuer`. */
  constructor(endpoint: Endpoint, profile: EdcProfile, contextId: string) {
    this.#endpoint = endpoint
    this.#profile = profile
    this.#contextId = contextId
  }

  /** By query: the id is a DID, and EDC's server takes no path with an escaped `%`. */
  async findHolder(holderId: string, signal: AbortSignal): Promise<Holder | undefined> {
    const filter = { operandLeft: 'holderId', operator: '=', operandRight: holderId }
    const call: EdcCall = {
      purpose: `look up the holder "${holderId}"`,
      method: 'POST',
      path: this.#path('/query'),
      body: { json: { filterExpression: [filter] } },
      expected: 'json',
    }
    const list = shaped(HolderList, await this.#endpoint.call(call, signal))
    if (list === undefined) throw this.#endpoint.misshapen(call, 'list of holders')
    const found = list.find((holder) => holder.holderId === holderId)
    return found && { holderId, did: found.did, name: found.holderName ?? '' }
  }

  /** A `conflict` when it exists. */
  async createHolder(holder: Holder, signal: AbortSignal): Promise<void> {
    await this.#endpoint.call(this.#write('create', 'POST', holder), signal)
  }

  /** `absent` when it is gone. */
  async updateHolder(holder: Holder, signal: AbortSignal): Promise<void> {
    await this.#endpoint.call(this.#write('update', 'PUT', holder), signal)
  }

  /** `unsupported` when the generation has no such call: then a person has to do it at the issuer. */
  async removeHolder(holderId: string, signal: AbortSignal): Promise<'removed' | 'absent' | 'unsupported'> {
    if (!this.#profile.issuer.removesHolders) return 'unsupported'
    const call: EdcCall = {
      purpose: `remove the holder "${holderId}"`,
      method: 'DELETE',
      path: this.#path(`/${encodeURIComponent(holderId)}`),
      expected: 'nothing',
    }
    try {
      await this.#endpoint.call(call, signal)
      return 'removed'
    } catch (error) {
      if (isEdcError(error, 'absent')) return 'absent'
      // The id is a DID, and 0.15.1 refuses every path with an escaped percent sign.
      if (isEdcError(error, 'refused') && holderId.includes('%')) return 'unsupported'
      throw error
    }
  }

  #write(verb: string, method: 'POST' | 'PUT', holder: Holder): EdcCall {
    return {
      purpose: `${verb} the holder "${holder.holderId}"`,
      method,
      path: this.#path(),
      body: { json: holderBody(holder) },
      expected: 'nothing',
    }
  }

  #path(rest = ''): string {
    const { issuer } = this.#profile
    return `${issuer.path}/participants/${pathId(this.#profile, this.#contextId)}/holders${rest}`
  }
}
