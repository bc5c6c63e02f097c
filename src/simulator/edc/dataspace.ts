/** EDC in this process: the runtimes of any number of participants and their issuers, with the time that it is given. */
import { type EdcAnswer, type EdcRequest, json, page, refusedPath } from './answers.ts'
import { ControlPlane } from './control-plane.ts'
import { earlyAnswer, type Runtime } from './early.ts'
import { GENERATION, type Generation, type GenerationName } from './generation.ts'
import { IdentityHub } from './identity-hub.ts'
import { Issuer, type IssuerOptions } from './issuer.ts'

export interface DataspaceOptions {
  readonly generation: GenerationName
  /** Wall clock, in ms. */
  readonly now: () => number
  /** Different on every call; what is to be kept secret as well as what is to be unique. */
  readonly random: () => string
}

export interface ParticipantOptions {
  readonly managementKey: string
  /** Of the first administrator of the identity hub. */
  readonly identityKey: string
  /** Whether a restart keeps what the runtime held. Default: it does not, as with no database. */
  readonly durable?: boolean
  /**
   * Both keep their secrets in one vault, which outlives them: whether a runtime can use it now. Default: each has its own
   * in memory, unless the generation shares one.
   */
  readonly vault?: (runtime: Runtime) => boolean
}

/** Ports as in the manifests; below which path each API is. */
const APIS: Readonly<Record<Runtime, Readonly<Record<number, Api>>>> = {
  identityhub: {
    17_080: { name: 'health', path: '/api' },
    17_081: { name: 'identity', path: '/api/identity' },
    17_083: { name: 'did', path: '' },
    17_084: { name: 'sts', path: '/api/sts' },
  },
  controlplane: {
    18_080: { name: 'health', path: '/api' },
    18_081: { name: 'management', path: '/api/management' },
  },
}

interface Api {
  readonly name: 'health' | 'identity' | 'did' | 'sts' | 'management'
  readonly path: string
}

export class EdcDataspace {
  readonly #options: DataspaceOptions
  readonly #participants = new Map<string, ParticipantRuntimes>()
  readonly #issuers = new Map<string, Issuer>()

  constructor(options: DataspaceOptions) {
    this.#options = options
  }

  /** Starts both runtimes of it now. */
  start(name: string, options: ParticipantOptions): ParticipantRuntimes {
    const runtimes = new ParticipantRuntimes(options, {
      ...this.#options,
      moodOf: (issuerDid, holderDid) => this.#issuers.get(issuerDid)?.moodTowards(holderDid) ?? 'unreachable',
    })
    this.#participants.set(name, runtimes)
    return runtimes
  }

  /** Its runtimes are gone, with what they held. */
  remove(name: string): void {
    this.#participants.delete(name)
  }

  /** Of the generation of the dataspace, unless another is given. */
  addIssuer(
    options: Omit<IssuerOptions, 'generation'>,
    generation: GenerationName = this.#options.generation,
  ): Issuer {
    const issuer = new Issuer({ ...options, generation: GENERATION[generation] })
    this.#issuers.set(issuer.did, issuer)
    return issuer
  }

  /** Undefined: nothing listens there. */
  answer(
    place: { readonly participant: string; readonly service: string; readonly port: number },
    request: EdcRequest,
  ): EdcAnswer | undefined {
    return this.#participants.get(place.participant)?.answer(place, request)
  }
}

interface Surroundings extends DataspaceOptions {
  readonly moodOf: (issuerDid: string, holderDid: string) => 'issue' | 'refuse' | 'silent' | 'unreachable'
}

export class ParticipantRuntimes {
  readonly #generation: Generation
  readonly #now: () => number
  readonly #durable: boolean
  readonly #sharesVault: boolean
  readonly #canUseVault: ParticipantOptions['vault']
  readonly #controlPlane: ControlPlane
  readonly #hub: IdentityHub
  readonly #vault = new Map<string, string>()
  /** Ms, undefined while it does not run. */
  readonly #startedAt: Record<Runtime, number | undefined>

  constructor(options: ParticipantOptions, around: Surroundings) {
    const { managementKey, identityKey, durable = false, vault: canUseVault } = options
    const { now, random } = around
    const generation = GENERATION[around.generation]
    const sharesVault = canUseVault !== undefined || !generation.secretsApi
    const common = { generation, now, newId: random, vault: this.#vault }
    this.#generation = generation
    this.#now = now
    this.#durable = durable
    this.#canUseVault = canUseVault
    this.#sharesVault = sharesVault
    this.#controlPlane = new ControlPlane({ ...common, key: managementKey })
    this.#hub = new IdentityHub({
      ...common,
      vault: sharesVault ? this.#vault : new Map(),
      key: identityKey,
      sharesVault,
      newSecret: random,
      moodOf: around.moodOf,
    })
    this.#startedAt = { controlplane: now(), identityhub: now() }
  }

  /** What the control plane finds in its vault when it needs a token. */
  secretHeld(alias: string): string | undefined {
    return this.#vault.get(alias)
  }

  /** For how many ms it has been running. */
  ageMs(runtime: Runtime): number {
    return this.#now() - (this.#startedAt[runtime] ?? this.#now())
  }

  stop(runtime: Runtime): void {
    this.#startedAt[runtime] = undefined
  }

  /** Starts it anew. What was in memory is gone; the vault stays where both use one, or with `durable`. */
  restart(runtime: Runtime): void {
    this.#startedAt[runtime] = this.#now()
    if (this.#durable) return
    if (runtime === 'identityhub') return this.#hub.forget()
    this.#controlPlane.forget()
    if (!this.#sharesVault) this.#vault.clear()
  }

  answer(
    { service, port }: { readonly service: string; readonly port: number },
    request: EdcRequest,
  ): EdcAnswer | undefined {
    if (service !== 'controlplane' && service !== 'identityhub') return undefined
    const [api, startedAt] = [APIS[service][port], this.#startedAt[service]]
    if (api === undefined || startedAt === undefined) return undefined
    if (!request.path.startsWith(api.path)) return page(404, request.path)
    const path = request.path.slice(api.path.length)
    if (api.name === 'health') return this.#health(service, path, request)
    return (
      earlyAnswer(service, this.ageMs(service), request) ??
      refusedPath(request.path) ??
      this.#answerOf(api, request, path)
    )
  }

  #answerOf({ name }: Api, request: EdcRequest, path: string): EdcAnswer {
    switch (name) {
      case 'management':
        return this.#controlPlane.answer(request, path)
      case 'identity':
        return this.#hub.answer(request, path)
      case 'did':
        return this.#hub.didDocument(path)
      case 'sts':
      case 'health':
        return path === '/token' ? this.#hub.token(request) : page(404, request.path)
    }
  }

  /** It is ready before its other APIs are. */
  #health(runtime: Runtime, path: string, request: EdcRequest): EdcAnswer {
    if (path === '/v1/version') return json(200, this.#generation.versions[runtime])
    if (!/^\/check\/(?:health|readiness|liveness|startup)$/u.test(path)) return page(404, request.path)
    const isHealthy = this.#canUseVault?.(runtime) ?? true
    const failure = isHealthy ? null : { messages: ['Vault is sealed'], failureDetail: 'Vault is sealed' }
    const result = { failure, component: isHealthy ? 'Observability API' : 'Vault', isHealthy }
    return json(isHealthy ? 200 : 503, { componentResults: [result], isSystemHealthy: isHealthy })
  }
}
