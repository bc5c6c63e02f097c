/** What every runtime tells without a key: its health, and the versions of its APIs. */
import type { EdcCall, Endpoint } from './endpoint.ts'
import { HealthAnswer, shaped, VersionList } from './shapes.ts'

export class ObservabilityApi {
  readonly #endpoint: Endpoint

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint
  }

  /** What the runtime says of itself; its other APIs may not be there yet. */
  async isReady(signal: AbortSignal): Promise<boolean> {
    const call: EdcCall = {
      purpose: 'tell whether it is ready',
      method: 'GET',
      path: '/check/readiness',
      expected: 'json',
    }
    const health = shaped(HealthAnswer, await this.#endpoint.call(call, signal))
    if (health === undefined) throw this.#endpoint.misshapen(call, 'isSystemHealthy')
    return health.isSystemHealthy
  }

  /** The paths of the versions that it serves of one of its APIs, such as `/v3` of `management`; empty when it has no such API. */
  async versions(api: string, signal: AbortSignal): Promise<readonly string[]> {
    const call: EdcCall = {
      purpose: 'tell the versions of its APIs',
      method: 'GET',
      path: '/v1/version',
      expected: 'json',
    }
    const list = shaped(VersionList, await this.#endpoint.call(call, signal))
    if (list === undefined) throw this.#endpoint.misshapen(call, 'list of versions')
    return (Object.hasOwn(list, api) ? list[api] : undefined)?.map(({ urlPath }) => urlPath) ?? []
  }
}
