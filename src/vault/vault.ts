/** The vault of one participant, as the product talks to it: OpenBao's API, as far as it is needed. */
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { VaultState } from '../seed/vault.ts'
import { callVault, errorOf, type VaultAccess, type VaultAnswer, type VaultCall } from './calls.ts'

const Text = Type.String({ minLength: 1 })
const SealStatus = Type.Object({ initialized: Type.Boolean(), sealed: Type.Boolean() })
const InitAnswer = Type.Object({ keys_base64: Type.Tuple([Text]), root_token: Text })
const TokenAnswer = Type.Object({
  data: Type.Object({
    accessor: Text,
    meta: Type.Optional(Type.Union([Type.Null(), Type.Record(Type.String(), Type.String())])),
  }),
})
const AccessorList = Type.Object({ data: Type.Object({ keys: Type.Array(Text) }) })
const MountAnswer = Type.Object({
  type: Type.String(),
  options: Type.Union([Type.Null(), Type.Record(Type.String(), Type.String())]),
})
const PolicyAnswer = Type.Object({ data: Type.Object({ policy: Type.String() }) })

/** Initialising writes a new store to the volume. 6 s were seen on a busy machine. */
const INIT_MS = 30_000

export interface VaultKeys {
  readonly unsealKey: string
  readonly rootToken: string
}

/** What nobody has to be known for. Every method rejects with a `VaultError`, or with the signal's reason. */
export class Vault {
  readonly #access: VaultAccess

  constructor(access: VaultAccess) {
    this.#access = access
  }

  async state(signal: AbortSignal): Promise<VaultState> {
    const call: VaultCall = { purpose: 'tell whether it is sealed', method: 'GET', path: '/sys/seal-status' }
    const { initialized, sealed } = shaped(
      this.#access,
      { call, schema: SealStatus },
      await this.#call(call, signal),
    )
    return { initialised: initialized, sealed }
  }

  /** Unsealed, and elected: right after it was unsealed the only server is a standby for a moment. */
  async isActive(signal: AbortSignal): Promise<boolean> {
    const { status } = await this.#call(
      {
        purpose: 'tell whether it is active',
        method: 'GET',
        path: '/sys/health',
        alsoFine: [429, 472, 473, 501, 503],
      },
      signal,
    )
    return status === 200
  }

  /** The answer is given once only: store it before anything else. Undefined when it was initialised by somebody else. */
  async initialise(signal: AbortSignal): Promise<VaultKeys | undefined> {
    const call: VaultCall = {
      purpose: 'be initialised',
      method: 'POST',
      path: '/sys/init',
      body: { secret_shares: 1, secret_threshold: 1 },
      withinMs: INIT_MS,
      alsoFine: [400],
    }
    const answer = await this.#call(call, signal)
    if (answer.status === 400) return undefined
    const { keys_base64: keys, root_token: rootToken } = shaped(
      this.#access,
      { call, schema: InitAnswer },
      answer,
    )
    return { unsealKey: keys[0], rootToken }
  }

  /** False when it does not take the key. */
  async unseal(key: string, signal: AbortSignal): Promise<boolean> {
    const call: VaultCall = {
      purpose: 'be unsealed',
      method: 'POST',
      path: '/sys/unseal',
      body: { key },
      alsoFine: [400],
    }
    const answer = await this.#call(call, signal)
    return answer.status !== 400 && !shaped(this.#access, { call, schema: SealStatus }, answer).sealed
  }

  /** What its root may do. */
  as(rootToken: string): VaultRoot {
    return new VaultRoot(this.#access, rootToken)
  }

  #call(call: VaultCall, signal: AbortSignal): Promise<VaultAnswer> {
    return callVault(this.#access, call, signal)
  }
}

/** Names of policies are their own; a token is known by the accessor that revokes it. */
export interface KnownToken {
  readonly accessor: string
  /** Whose it is, if we made it. */
  readonly owner: string | undefined
}

export interface TokenWish {
  readonly id: string
  /** Also the name of its policy. */
  readonly owner: string
}

/** Long enough for a participant to be suspended for a month; whoever has the token renews it. */
const TOKEN_PERIOD = '768h'
/** Marks our tokens with whose they are. */
const OWNER = 'component'
const ENGINE = '/sys/mounts/secret'

export class VaultRoot {
  readonly #access: VaultAccess
  readonly #token: string

  constructor(access: VaultAccess, token: string) {
    this.#access = access
    this.#token = token
  }

  /** Whether it takes the token. */
  async isKnown(signal: AbortSignal): Promise<boolean> {
    const call = {
      purpose: 'know its root',
      method: 'GET',
      path: '/auth/token/lookup-self',
      alsoFine: [403],
    } as const
    return (await this.#call(call, signal)).status !== 403
  }

  /** A key-value store of version 2 at `secret/`, which EDC expects. True when it had to be made. */
  async ensureEngine(signal: AbortSignal): Promise<boolean> {
    const look: VaultCall = { purpose: 'tell of secret/', method: 'GET', path: ENGINE, alsoFine: [400, 404] }
    const { status, json } = await this.#call(look, signal)
    if (status === 200) {
      const { type, options } = shaped(this.#access, { call: look, schema: MountAnswer }, { status, json })
      if (type === 'kv' && options?.['version'] === '2') return false
      throw errorOf(this.#access, look, {
        kind: 'refused',
        why: 'something else than a key-value store of version 2 is mounted there; unmount it if nobody needs it',
      })
    }
    const body = { type: 'kv', options: { version: '2' } }
    await this.#call({ purpose: 'mount secret/', method: 'POST', path: ENGINE, body }, signal)
    return true
  }

  /** True when it had to be written. */
  async ensurePolicy(name: string, policy: string, signal: AbortSignal): Promise<boolean> {
    const path = `/sys/policies/acl/${name}`
    const look: VaultCall = { purpose: `tell the policy ${name}`, method: 'GET', path, alsoFine: [404] }
    const { status, json } = await this.#call(look, signal)
    const held = Value.Check(PolicyAnswer, json) ? json.data.policy : undefined
    if (status === 200 && held === policy) return false
    await this.#call({ purpose: `write the policy ${name}`, method: 'PUT', path, body: { policy } }, signal)
    return true
  }

  /** Undefined when it is not known there. Only for a root that is known: both are refused alike. */
  async findToken(id: string, signal: AbortSignal): Promise<KnownToken | undefined> {
    const call: VaultCall = {
      purpose: 'know the token of a component',
      method: 'POST',
      path: '/auth/token/lookup',
      body: { token: id },
      alsoFine: [403, 404],
    }
    return this.#known(call, signal)
  }

  /** Periodic and an orphan, so that it lives as long as somebody renews it. */
  async createToken({ id, owner }: TokenWish, signal: AbortSignal): Promise<void> {
    const body = {
      id,
      policies: [owner],
      period: TOKEN_PERIOD,
      no_parent: true,
      display_name: owner,
      meta: { [OWNER]: owner },
    }
    const call = {
      purpose: `make the token of ${owner}`,
      method: 'POST',
      path: '/auth/token/create',
      body,
    } as const
    await this.#call(call, signal)
  }

  async accessors(signal: AbortSignal): Promise<readonly string[]> {
    const call: VaultCall = {
      purpose: 'list its tokens',
      method: 'GET',
      path: '/auth/token/accessors?list=true',
    }
    return shaped(this.#access, { call, schema: AccessorList }, await this.#call(call, signal)).data.keys
  }

  /** Undefined when it is gone. */
  async tokenAt(accessor: string, signal: AbortSignal): Promise<KnownToken | undefined> {
    const call: VaultCall = {
      purpose: 'tell of a token',
      method: 'POST',
      path: '/auth/token/lookup-accessor',
      body: { accessor },
      alsoFine: [400, 403, 404],
    }
    return this.#known(call, signal)
  }

  async revoke(accessor: string, signal: AbortSignal): Promise<void> {
    const body = { accessor }
    const call = {
      purpose: 'revoke a token',
      method: 'POST',
      path: '/auth/token/revoke-accessor',
      body,
    } as const
    await this.#call(call, signal)
  }

  async #known(call: VaultCall, signal: AbortSignal): Promise<KnownToken | undefined> {
    const answer = await this.#call(call, signal)
    if (answer.status !== 200) return undefined
    const { accessor, meta } = shaped(this.#access, { call, schema: TokenAnswer }, answer).data
    return { accessor, owner: meta?.[OWNER] }
  }

  #call(call: VaultCall, signal: AbortSignal): Promise<VaultAnswer> {
    return callVault(this.#access, { ...call, token: this.#token }, signal)
  }
}

function shaped<S extends TSchema>(
  access: VaultAccess,
  { call, schema }: { readonly call: VaultCall; readonly schema: S },
  { json }: VaultAnswer,
): Static<S> {
  if (Value.Check(schema, json)) return json
  throw errorOf(access, call, {
    kind: 'broken',
    why: 'its answer is not that of an OpenBao; check the image',
  })
}
