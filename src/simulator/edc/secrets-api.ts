/** The secrets API of a control plane, as this project's launchers serve it on EDC's own service. */
import { complaint, conflict, type EdcAnswer, type EdcRequest, json, nothing, objectOf } from './answers.ts'
import { CONTEXTS } from './stored-definitions.ts'

interface Vault {
  /** Alias → value. */
  readonly vault: Map<string, string>
  readonly now: () => number
}

/** `id` as it stands in the path. */
export function secretsAnswer(request: EdcRequest, id: string | undefined, { vault, now }: Vault): EdcAnswer {
  if (request.method === 'GET') return found(decodeURIComponent(id ?? ''), vault)
  const { '@id': alias, value } = objectOf(request.body) ?? {}
  if (typeof alias !== 'string' || typeof value !== 'string')
    return complaint(400, { type: 'ValidationFailure', message: '@id and value are needed' })
  const exists = vault.has(alias)
  if (request.method === 'PUT') {
    if (exists) vault.set(alias, value)
    return exists ? nothing(204) : absent(alias)
  }
  if (exists) return conflict(`Secret ${alias} already exist`)
  vault.set(alias, value)
  const answer = { '@type': 'IdResponse', '@id': alias, createdAt: now() }
  return json(200, { '@context': CONTEXTS.prefixed, ...answer })
}

function found(alias: string, vault: Vault['vault']): EdcAnswer {
  const value = vault.get(alias)
  if (value === undefined) return absent(alias)
  return json(200, { '@context': CONTEXTS.prefixed, '@type': 'Secret', '@id': alias, value })
}

function absent(alias: string): EdcAnswer {
  return complaint(404, { type: 'ObjectNotFound', message: alias })
}
