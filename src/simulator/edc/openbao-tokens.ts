import { isObject } from '../json.ts'
/** The tokens that a double of OpenBao knows: made, looked up and revoked by root. */
import type { EdcAnswer as Answer } from './answers.ts'
import { json } from './answers.ts'
import { errors } from './openbao-answers.ts'

export interface StoredToken {
  readonly id: string
  readonly accessor: string
  readonly policies: readonly string[]
  readonly display_name: string
  readonly meta: Readonly<Record<string, string>> | null
  readonly orphan: boolean
  /** Seconds; 0 for the root, which lives for ever. */
  readonly period: number
}

type Given = Readonly<Record<string, unknown>>

export class Tokens {
  readonly #random: () => string
  readonly #byId = new Map<string, StoredToken>()

  constructor(random: () => string) {
    this.#random = random
  }

  get all(): readonly StoredToken[] {
    return [...this.#byId.values()]
  }

  find(id: string): StoredToken | undefined {
    return this.#byId.get(id)
  }

  add(token: Pick<StoredToken, 'id' | 'policies' | 'display_name' | 'meta'>, periodSeconds = 0): StoredToken {
    const stored = { ...token, accessor: this.#random(), orphan: true, period: periodSeconds }
    this.#byId.set(stored.id, stored)
    return stored
  }

  /** `call` such as `POST create`, below `auth/token`. */
  answer(call: string, given: Given): Answer {
    switch (call) {
      case 'POST create':
        return this.#create(given)
      case 'POST lookup': {
        const found = this.#byId.get(textIn(given, 'token'))
        return found === undefined ? errors(403, 'bad token') : json(200, { data: found })
      }
      case 'POST lookup-accessor': {
        const found = this.#at(textIn(given, 'accessor'))
        return found === undefined
          ? errors(400, '1 error occurred:\n\t* invalid accessor\n\n')
          : json(200, { data: { ...found, id: '' } })
      }
      case 'POST revoke-accessor': {
        const found = this.#at(textIn(given, 'accessor'))
        if (found !== undefined) this.#byId.delete(found.id)
        return json(200, { warnings: found === undefined ? ['No token found with this accessor'] : null })
      }
      case 'GET accessors':
        return json(200, { data: { keys: this.all.map(({ accessor }) => accessor) } })
      default:
        return errors(405, 'unsupported operation')
    }
  }

  #create(given: Given): Answer {
    const id = typeof given['id'] === 'string' ? given['id'] : `s.${this.#random()}`
    if (this.#byId.has(id)) return errors(400, 'cannot create a token with a duplicate ID')
    if (given['id'] !== undefined && /^s\.|\./u.test(id))
      return errors(400, "custom token ID cannot have the '.' character")
    const policies = Array.isArray(given['policies']) ? (given['policies'] as string[]) : ['root']
    const meta = isObject(given['meta']) ? (given['meta'] as Record<string, string>) : null
    const [, hours = '0'] = /^(\d+)h$/u.exec(textIn(given, 'period')) ?? []
    const name = `token-${textIn(given, 'display_name')}`
    const made = this.add(
      { id, policies: ['default', ...policies], display_name: name, meta },
      Number(hours) * 3600,
    )
    const auth = {
      client_token: id,
      accessor: made.accessor,
      policies: made.policies,
      orphan: true,
      renewable: true,
    }
    return json(200, { auth: { ...auth, lease_duration: made.period } })
  }

  #at(accessor: string): StoredToken | undefined {
    return this.all.find((token) => token.accessor === accessor)
  }
}

function textIn(given: Given, key: string): string {
  const value = given[key]
  return typeof value === 'string' ? value : ''
}
