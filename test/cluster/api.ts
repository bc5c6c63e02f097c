/** The few calls to the API server that setting up a test cluster takes, on its own connection pool. */
import { Agent, request } from 'undici'
import { type KubeObject } from '../../src/model/kubernetes.ts'

/** What the API server answers, unread. */
export type Answer = Readonly<Record<string, unknown>>

export interface ApiOptions {
  readonly server: string
  /** PEM. Left out for plain HTTP. */
  readonly ca?: string
  /** Left out for anonymous calls. */
  readonly token?: string
}

export class Api implements AsyncDisposable {
  readonly #server: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #agent: Agent

  constructor({ server, ca, token }: ApiOptions) {
    this.#server = server
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    this.#agent = new Agent({
      connect: ca === undefined ? {} : { ca },
      headersTimeout: 10_000,
      bodyTimeout: 10_000,
    })
  }

  get(path: string): Promise<Answer> {
    return this.#call('GET', path)
  }

  create(path: string, object: unknown): Promise<Answer> {
    return this.#call('POST', path, { type: 'application/json', body: object })
  }

  /** Merges the fields into the object. */
  merge(path: string, fields: object): Promise<Answer> {
    return this.#call('PATCH', path, { type: 'application/merge-patch+json', body: fields })
  }

  /** Gone already is fine. */
  async delete(path: string): Promise<void> {
    const { statusCode, body } = await this.#send('DELETE', path)
    const text = await body.text()
    if (statusCode >= 300 && statusCode !== 404) throw new Error(`DELETE ${path}: ${statusCode} ${text}`)
  }

  /** Server-side apply. */
  apply(object: KubeObject): Promise<Answer> {
    const path = `${pathOf(object)}?fieldManager=test-cluster&force=true&fieldValidation=Strict`
    return this.#call('PATCH', path, { type: 'application/apply-patch+yaml', body: object })
  }

  /** The status code of a GET: 0 when there is none. */
  async statusOf(path: string): Promise<number> {
    try {
      const { statusCode, body } = await request(`${this.#server}${path}`, {
        dispatcher: this.#agent,
        headers: this.#headers,
      })
      await body.dump()
      return statusCode
    } catch {
      return 0
    }
  }

  async #call(
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    sent?: { type: string; body: unknown },
  ): Promise<Answer> {
    const { statusCode, body } = await this.#send(method, path, sent)
    const text = await body.text()
    if (statusCode >= 300) throw new Error(`${method} ${path}: ${statusCode} ${text}`)
    return JSON.parse(text) as Answer
  }

  #send(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    sent?: { type: string; body: unknown },
  ): ReturnType<typeof request> {
    return request(`${this.#server}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: { ...this.#headers, ...(sent && { 'content-type': sent.type }) },
      ...(sent && { body: JSON.stringify(sent.body) }),
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy()
  }
}

/** Kubernetes names collections by plain English plurals, for the kinds that are applied here. */
function pathOf({ apiVersion, kind, metadata }: KubeObject): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`
  const singular = kind.toLowerCase()
  const plural = singular.endsWith('ss')
    ? `${singular}es`
    : singular.replace(/(?<=[^aeiou])y$/u, 'ie').concat('s')
  return `${root}${place}/${plural}/${metadata.name}`
}
