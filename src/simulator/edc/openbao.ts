import { isObject } from '../json.ts'
/** A server of OpenBao in this process, as far as it is asked here: what lies on its volume, and whether it is sealed. */
import { type EdcAnswer as Answer, type EdcRequest as Request, json, objectOf } from './answers.ts'
import { done, errors } from './openbao-answers.ts'
import { type StoredToken, Tokens } from './openbao-tokens.ts'

export interface OpenBaoOptions {
  /** Wall clock, in ms. */
  readonly now: () => number
  /** Another text at every call. */
  readonly random: () => string
}

interface Mount {
  readonly type: string
  readonly options: Readonly<Record<string, string>> | null
}

/** What a start does not lose. */
interface Volume {
  readonly unsealKey: string
  readonly tokens: Tokens
  readonly mounts: Map<string, Mount>
  readonly policies: Map<string, string>
}

interface SealStatus {
  readonly type: string
  readonly initialized: boolean
  readonly sealed: boolean
  /** Keys that are needed, and that there are. */
  readonly t: number
  readonly n: number
  readonly progress: number
  readonly nonce: string
}

/** The only server is a standby until it is elected, which takes moments. */
const ELECTION_MS = 30

export class OpenBao {
  readonly #options: OpenBaoOptions
  #volume: Volume | undefined
  /** Ms; undefined while it is sealed. */
  #unsealedAt: number | undefined

  constructor(options: OpenBaoOptions) {
    this.#options = options
  }

  /** Its process starts anew, or somebody seals it. */
  seal(): void {
    this.#unsealedAt = undefined
  }

  get sealed(): boolean {
    return this.#unsealedAt === undefined
  }

  /** Owners of the tokens that it knows, the root left out. */
  get owners(): readonly string[] {
    return this.#volume?.tokens.all.flatMap(({ meta }) => meta?.['component'] ?? []) ?? []
  }

  /** Whether whoever has this token may do anything at all. */
  knows(token: string): boolean {
    return !this.sealed && this.#volume?.tokens.find(token) !== undefined
  }

  answer(request: Request): Answer {
    const open = this.#openly(request)
    if (open !== undefined) return open
    if (this.#volume === undefined || this.sealed) return errors(503, 'Vault is sealed')
    if (!this.#isActive()) return errors(500, 'local node not active but active cluster node not found')
    const caller = this.#volume.tokens.find(request.headers['x-vault-token'] ?? '')
    if (caller === undefined) return errors(403, 'permission denied')
    if (request.path === '/v1/auth/token/lookup-self') return json(200, { data: caller })
    if (request.path === '/v1/auth/token/renew-self') return json(200, { auth: { renewable: true } })
    return caller.policies.includes('root')
      ? this.#asRoot(this.#volume, request)
      : errors(403, '1 error occurred:\n\t* permission denied\n\n')
  }

  /** What is answered to everybody; undefined when it is for those with a token. */
  #openly(request: Request): Answer | undefined {
    switch (request.path) {
      case '/v1/sys/seal-status':
        return json(200, this.#sealStatus())
      case '/v1/sys/health':
        return this.#health()
      case '/v1/sys/init':
        return this.#initialise(request)
      case '/v1/sys/unseal':
        return this.#unseal(request)
      default:
        return undefined
    }
  }

  #asRoot(volume: Volume, request: Request): Answer {
    const { method, path, body } = request
    if (/^\/v1\/sys\/seal$/u.test(path)) {
      this.seal()
      return done()
    }
    const [, mount] = /^\/v1\/sys\/mounts\/([^/]+)$/u.exec(path) ?? []
    if (mount !== undefined) return mounted(volume, mount, request)
    const [, policy] = /^\/v1\/sys\/policies\/acl\/([^/]+)$/u.exec(path) ?? []
    if (policy !== undefined) return policied(volume, policy, request)
    const [, call] = /^\/v1\/auth\/token\/([^/]+)$/u.exec(path) ?? []
    const given = objectOf(body) ?? {}
    return call === undefined
      ? errors(404, `no handler for route "${path.slice('/v1/'.length)}". route entry not found.`)
      : volume.tokens.answer(`${method} ${call}`, given)
  }

  #isActive(): boolean {
    return this.#unsealedAt !== undefined && this.#options.now() - this.#unsealedAt >= ELECTION_MS
  }

  #health(): Answer {
    const { initialized, sealed } = this.#sealStatus()
    const body = { initialized, sealed, standby: !this.#isActive(), version: '2.7.2' }
    if (!initialized) return json(501, body)
    if (sealed) return json(503, body)
    return json(this.#isActive() ? 200 : 429, body)
  }

  #sealStatus(): SealStatus {
    const initialized = this.#volume !== undefined
    const shares = initialized ? 1 : 0
    return { type: 'shamir', initialized, sealed: this.sealed, t: shares, n: shares, progress: 0, nonce: '' }
  }

  #initialise({ body }: Request): Answer {
    if (this.#volume !== undefined) return errors(400, 'Vault is already initialized')
    const { secret_shares: shares, secret_threshold: threshold } = objectOf(body) ?? {}
    if (shares !== 1 || threshold !== 1) return errors(400, 'this double knows one share only')
    const { random } = this.#options
    const unsealKey = Buffer.from(random()).toString('base64')
    const tokens = new Tokens(random)
    const root: StoredToken = tokens.add({
      id: `s.${random()}`,
      policies: ['root'],
      display_name: 'root',
      meta: null,
    })
    this.#volume = { unsealKey, tokens, mounts: new Map(), policies: new Map() }
    const keys = [Buffer.from(unsealKey, 'base64').toString('hex')]
    return json(200, { keys, keys_base64: [unsealKey], root_token: root.id })
  }

  #unseal({ body }: Request): Answer {
    if (this.#volume === undefined) return errors(400, 'Vault is not initialized')
    const { key } = objectOf(body) ?? {}
    if (key !== this.#volume.unsealKey)
      return errors(400, 'unable to retrieve stored keys: invalid key: failed to decrypt keys from storage')
    this.#unsealedAt ??= this.#options.now()
    return json(200, this.#sealStatus())
  }
}

function mounted({ mounts }: Volume, name: string, { method, body }: Request): Answer {
  const held = mounts.get(name)
  if (method === 'GET')
    return held === undefined ? errors(400, `No secret engine mount at ${name}/`) : json(200, held)
  if (held !== undefined) return errors(400, `path is already in use at ${name}/`)
  const { type, options } = objectOf(body) ?? {}
  if (typeof type !== 'string') return errors(400, 'backend type must be specified as a string')
  mounts.set(name, { type, options: isObject(options) ? (options as Record<string, string>) : null })
  return done()
}

function policied({ policies }: Volume, name: string, { method, body }: Request): Answer {
  if (method === 'GET') {
    const policy = policies.get(name)
    return policy === undefined ? errors(404) : json(200, { data: { name, policy } })
  }
  const { policy } = objectOf(body) ?? {}
  if (typeof policy !== 'string' || policy === '')
    return errors(400, "'policy' parameter not supplied or empty")
  policies.set(name, policy)
  return done()
}
