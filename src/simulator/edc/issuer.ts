/** An issuer: its admin API, and how it meets those who ask for credentials. Nobody could start one of 0.15.1: read, not recorded. */
import { asText, isObject, listAt } from '../json.ts'
import {
  complaint,
  conflict,
  type EdcAnswer,
  type EdcRequest,
  json,
  noJson,
  notFound,
  nothing,
  objectOf,
  page,
  refusedPath,
} from './answers.ts'
import type { IssuerMood } from './credential-runs.ts'
import { type Generation, idInPath, keyOf } from './generation.ts'

export interface IssuerOptions {
  readonly generation: Generation
  readonly did: string
  /** Of its own participant context. */
  readonly contextId: string
  readonly key: string
}

interface Holder {
  readonly holderId: string
  readonly did: string
  readonly holderName: string
}

export class Issuer {
  /** A test or a demonstration changes it. */
  mood: IssuerMood = 'issue'
  readonly #options: IssuerOptions
  readonly #holders = new Map<string, Holder>()

  constructor(options: IssuerOptions) {
    this.#options = options
  }

  get did(): string {
    return this.#options.did
  }

  /** Whom it does not know it refuses. */
  moodTowards(holderDid: string): IssuerMood {
    const known = [...this.#holders.values()].some(({ did }) => did === holderDid)
    return this.mood === 'issue' && !known ? 'refuse' : this.mood
  }

  /** `path` below that of the admin API. Undefined: no connection. */
  answer(request: EdcRequest, path: string): EdcAnswer | undefined {
    if (this.mood === 'unreachable') return undefined
    return refusedPath(request.path) ?? this.#administer(request, path)
  }

  #administer(request: EdcRequest, path: string): EdcAnswer {
    const { generation, contextId, key } = this.#options
    const [, version, idText = '', rest = ''] =
      /^(\/v[^/]+)\/participants\/([^/]+)\/holders(.*)$/u.exec(path) ?? []
    if (version !== generation.issuer) return page(404, request.path)
    const given = keyOf(generation, request.headers)
    if (given === undefined) return page(401, request.path)
    if (given !== key) return complaint(401, { type: 'AuthenticationFailed', message: 'Invalid API token' })
    const id = idInPath(generation, idText)
    if (id === undefined) return page(400, request.path)
    if (id !== contextId) return notFound('ParticipantContext', id)
    return this.#holdersAnswer(request, rest)
  }

  #holdersAnswer(request: EdcRequest, rest: string): EdcAnswer {
    const [method, holderId] = [request.method, decodeURIComponent(rest.slice(1))]
    if (rest === '') return method === 'POST' || method === 'PUT' ? this.#write(request) : nothing(405)
    if (method === 'POST') return rest === '/query' ? this.#query(request) : nothing(405)
    if (method === 'DELETE') return this.#remove(holderId)
    const holder = this.#holders.get(holderId)
    return holder === undefined ? notFound('Holder', holderId) : json(200, holder)
  }

  #remove(holderId: string): EdcAnswer {
    if (!this.#options.generation.deletesHolders) return nothing(405)
    return this.#holders.delete(holderId) ? nothing(204) : notFound('Holder', holderId)
  }

  #write({ method, body }: EdcRequest): EdcAnswer {
    const holder = holderOf(body)
    if (holder === undefined) return noJson()
    const exists = this.#holders.has(holder.holderId)
    if (method === 'POST' && exists) return conflict(`A holder with ID ${holder.holderId} already exists`)
    if (method === 'PUT' && !exists) return notFound('Holder', holder.holderId)
    this.#holders.set(holder.holderId, holder)
    return nothing(method === 'POST' ? 201 : 200)
  }

  /** Knows the one filter that is needed: equal to. */
  #query({ body }: EdcRequest): EdcAnswer {
    const filters = listAt(objectOf(body) ?? {}, 'filterExpression').filter(isObject)
    const fits = (holder: Holder): boolean =>
      filters.every(({ operandLeft, operandRight }) => ({ ...holder })[asText(operandLeft)] === operandRight)
    return json(200, [...this.#holders.values()].filter(fits))
  }
}

function holderOf(text: string): Holder | undefined {
  const { holderId, did, name } = objectOf(text) ?? {}
  if (typeof holderId !== 'string' || typeof did !== 'string') return undefined
  return { holderId, did, holderName: asText(name) }
}
