/** The management API of a control plane. */
import { asText, type JsonObject } from '../json.ts'
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
} from './answers.ts'
import { type Compaction, type Generation, keyOf } from './generation.ts'
import { secretsAnswer } from './secrets-api.ts'
import { CLASSES, type Collection, CONTEXTS, refusalOf, shown } from './stored-definitions.ts'

export interface ControlPlaneOptions {
  readonly generation: Generation
  readonly key: string
  /** Wall clock, in ms. */
  readonly now: () => number
  readonly newId: () => string
  /** Alias → value. The identity hub may write into it, too. */
  readonly vault: Map<string, string>
}

interface Stored {
  readonly body: JsonObject
  readonly createdAt: number
}

/** What a request is about. */
interface Subject {
  readonly collection: Collection
  /** In the path. */
  readonly id: string | undefined
  readonly compaction: Compaction
}

export class ControlPlane {
  readonly #options: ControlPlaneOptions
  readonly #stored: Readonly<Record<Collection, Map<string, Stored>>> = {
    assets: new Map(),
    policydefinitions: new Map(),
    contractdefinitions: new Map(),
  }

  constructor(options: ControlPlaneOptions) {
    this.#options = options
  }

  /** A restart without a database. */
  forget(): void {
    for (const map of Object.values(this.#stored)) map.clear()
  }

  /** `path` below that of the management API. */
  answer(request: EdcRequest, path: string): EdcAnswer {
    const { generation, key } = this.#options
    const [, version = '', collection = '', id] = /^(\/v[^/]+)\/([^/]+)(?:\/([^/]+))?\/?$/u.exec(path) ?? []
    const compaction = generation.management[version]
    if (compaction === undefined) return page(404, request.path)
    const given = keyOf(generation, request.headers)
    if (given !== key) return unauthenticated(given)
    if (collection === 'secrets' && generation.secretsApi) return secretsAnswer(request, id, this.#options)
    if (!isCollection(collection)) return nothing(404)
    return this.#definitions(request, {
      collection,
      id: id && decodeURIComponent(id),
      compaction,
    })
  }

  #definitions(request: EdcRequest, subject: Subject): EdcAnswer {
    const { collection, id } = subject
    switch (request.method) {
      case 'POST':
        return id === 'request' ? this.#list(subject) : this.#create(request, subject)
      case 'PUT':
        // Only policies have an address of their own here.
        return (id === undefined) === (collection === 'policydefinitions')
          ? nothing(405, { allow: 'POST,OPTIONS' })
          : this.#update(request, subject)
      case 'GET':
        return this.#find(subject)
      case 'DELETE':
        return this.#remove(subject)
      default:
        return nothing(405)
    }
  }

  #list(subject: Subject): EdcAnswer {
    return json(
      200,
      [...this.#stored[subject.collection].values()].map((one) => this.#shown(subject, one)),
    )
  }

  #find(subject: Subject): EdcAnswer {
    const { collection, id = '' } = subject
    const held = this.#stored[collection].get(id)
    return held === undefined ? notFound(CLASSES[collection][0], id) : json(200, this.#shown(subject, held))
  }

  #create(request: EdcRequest, { collection, compaction }: Subject): EdcAnswer {
    const body = objectOf(request.body)
    if (body === undefined) return noJson()
    const refusal = this.#refusal(request, collection, body)
    if (refusal !== undefined) return refusal
    const id = asText(body['@id']) || this.#options.newId()
    const held = this.#stored[collection]
    if (held.has(id)) return conflict(`${CLASSES[collection][1]} with ID ${id} already exists`)
    const createdAt = this.#options.now()
    held.set(id, { body: { ...body, '@id': id }, createdAt })
    return json(200, { '@type': 'IdResponse', '@id': id, createdAt, '@context': CONTEXTS[compaction] })
  }

  #update(request: EdcRequest, { collection, id }: Subject): EdcAnswer {
    const body = objectOf(request.body)
    if (body === undefined) return noJson()
    const refusal = this.#refusal(request, collection, body)
    if (refusal !== undefined) return refusal
    const wanted = id ?? asText(body['@id'])
    const held = this.#stored[collection].get(wanted)
    // EDC forgets to say which contract definition it missed.
    if (held === undefined)
      return notFound(CLASSES[collection][0], collection === 'contractdefinitions' ? null : wanted)
    this.#stored[collection].set(wanted, { ...held, body: { ...body, '@id': wanted } })
    return nothing(204)
  }

  #remove({ collection, id = '' }: Subject): EdcAnswer {
    if (collection === 'policydefinitions' && this.#isReferenced(id))
      return conflict(
        `PolicyDefinition ${id} cannot be deleted as it is referenced by at least one contract definition`,
      )
    return this.#stored[collection].delete(id) ? nothing(204) : notFound(CLASSES[collection][0], id)
  }

  #isReferenced(policy: string): boolean {
    return [...this.#stored.contractdefinitions.values()].some(
      ({ body }) => body['accessPolicyId'] === policy || body['contractPolicyId'] === policy,
    )
  }

  #refusal({ path }: EdcRequest, collection: Collection, body: JsonObject): EdcAnswer | undefined {
    const { addressNeeded } = this.#options.generation
    return refusalOf(collection, body, { addressNeeded, path })
  }

  #shown({ collection, compaction }: Subject, stored: Stored): JsonObject {
    return shown(collection, stored, { compaction, newId: this.#options.newId })
  }
}

function unauthenticated(given: string | undefined): EdcAnswer {
  const message = given === undefined ? 'x-api-key not found' : 'Request could not be authenticated'
  return complaint(401, { type: 'AuthenticationFailed', message })
}

function isCollection(name: string): name is Collection {
  return Object.hasOwn(CLASSES, name)
}
