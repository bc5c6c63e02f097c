/** A whole participant as processes, and the calls that seed it: plain HTTP, independent of the product's own client. */
import { randomBytes, randomUUID } from 'node:crypto'
import { ENDPOINTS, type RuntimeName } from '../../../src/manifests/addresses.ts'
import { eventually } from '../../support/eventually.ts'
import { didWebUrl } from '../../support/issuer/did-web.ts'
import {
  type EdcParticipant,
  type Environment,
  type LocalParticipant,
  renderedEnvironment,
} from './environment.ts'
import { type Answer, call, type Call } from './http.ts'

const SUPERUSER_PREFIX = 'c3VwZXItdXNlcg==.'
const PAGE = 1_000
const EDC = 'https://w3id.org/edc/v0.0.1/ns/'
const VOCABULARY = { '@vocab': EDC }
/** In it left operands stay the words that functions are bound to; the two sides of a contract have to agree about that. */
const MANAGEMENT = 'https://w3id.org/edc/connector/management/v0.0.1'

export interface Keys {
  readonly management: string
  readonly superuser: string
  readonly databases: Readonly<Record<RuntimeName, string>>
  /** Ids of the tokens of the vault. */
  readonly tokens: Readonly<Record<RuntimeName, string>>
}

export function newKeys(): Keys {
  const secret = (): string => randomBytes(32).toString('base64url')
  return {
    management: secret(),
    superuser: SUPERUSER_PREFIX + secret(),
    databases: { controlplane: secret(), dataplane: secret(), identityhub: secret() },
    tokens: { controlplane: secret(), dataplane: secret(), identityhub: secret() },
  }
}

/** The manifests' environment, with the addresses that only this machine and the test know. */
export function environmentOf(
  participant: LocalParticipant,
  runtime: RuntimeName,
  { keys, additions }: { readonly keys: Keys; readonly additions: Environment },
): Environment {
  const rendered = renderedEnvironment(participant, runtime, {
    WEB_HTTP_MANAGEMENT_AUTH_KEY: keys.management,
    EDC_IH_API_SUPERUSER_KEY: keys.superuser,
    EDC_DATASOURCE_DEFAULT_PASSWORD: keys.databases[runtime],
    EDC_VAULT_HASHICORP_TOKEN: keys.tokens[runtime],
  })
  return { ...rendered, ...additions }
}

export class Seeding {
  readonly participant: EdcParticipant
  readonly #keys: Pick<Keys, 'management' | 'superuser'>

  constructor(participant: EdcParticipant, keys: Pick<Keys, 'management' | 'superuser'>) {
    this.participant = participant
    this.#keys = keys
  }

  management(path: string, options: Call = {}): Promise<Answer> {
    const headers = { 'x-api-key': this.#keys.management }
    return call(`${this.participant.address(ENDPOINTS.controlplane.management)}${path}`, {
      headers,
      ...options,
    })
  }

  identity(path: string, options: Call = {}): Promise<Answer> {
    const headers = { 'x-api-key': this.#keys.superuser }
    const base = this.participant.address(ENDPOINTS.identityhub.identity)
    return call(`${base}/v1alpha/participants${path}`, { headers, ...options })
  }

  /** The wallet's path: base64 of the context id, which is the participant's name. */
  get context(): string {
    return `/${Buffer.from(this.participant.name).toString('base64')}`
  }

  /**
   * Answers the secret of its account at the token service. With a public key, the private one has to be in the vault
   * still; without, both are new.
   */
  async createWallet(publicKeyJwk?: object): Promise<string> {
    const { did, name } = this.participant
    const credentials = this.participant.address(ENDPOINTS.identityhub.credentials)
    const protocol = this.participant.address(ENDPOINTS.controlplane.protocol)
    const { status, json, text } = await this.identity('', {
      body: {
        roles: [],
        active: true,
        participantContextId: name,
        did,
        serviceEndpoints: [
          {
            id: 'cs',
            type: 'CredentialService',
            serviceEndpoint: `${credentials}/v1/participants${this.context}`,
          },
          { id: 'dsp', type: 'ProtocolEndpoint', serviceEndpoint: `${protocol}/2025-1` },
        ],
        key: {
          keyId: `${did}#key-1`,
          privateKeyAlias: `${did}#key-1`,
          ...(publicKeyJwk === undefined ? { keyGeneratorParams: { algorithm: 'EC' } } : { publicKeyJwk }),
        },
      },
    })
    if (status !== 200) throw new Error(`no wallet: ${status} ${text}`)
    return json.clientSecret
  }

  /** As its DID document tells it to the world. */
  async publicKey(): Promise<object> {
    const { json } = await call(didWebUrl(this.participant.did))
    return json.verificationMethod[0].publicKeyJwk
  }

  storeSecret(alias: string, value: string): Promise<Answer> {
    return this.management('/v3/secrets', {
      body: { '@context': VOCABULARY, '@type': 'Secret', '@id': alias, value },
    })
  }

  /** An asset that only members may see and contract for. */
  async offerToMembers(assetId: string, baseUrl: string): Promise<void> {
    await this.#create('/v3/assets', {
      '@context': VOCABULARY,
      '@id': assetId,
      properties: { description: 'demo' },
      dataAddress: { type: 'HttpData', baseUrl },
    })
    await this.#create('/v3/policydefinitions', policyAbout('MembershipCredential', 'require-membership'))
    await this.#create('/v3/contractdefinitions', {
      '@context': VOCABULARY,
      '@id': `${assetId}-for-members`,
      '@type': 'ContractDefinition',
      accessPolicyId: 'require-membership',
      contractPolicyId: 'require-membership',
      assetsSelector: [
        { '@type': 'Criterion', operandLeft: `${EDC}id`, operator: '=', operandRight: assetId },
      ],
    })
  }

  createAsset(id: string): Promise<Answer> {
    return this.management('/v3/assets', { body: assetOf(id, { name: id }) })
  }

  changeAsset(id: string, properties: object): Promise<Answer> {
    return this.management('/v3/assets', { method: 'PUT', body: assetOf(id, properties) })
  }

  /** All of them, page by page. */
  async assetIds(): Promise<readonly string[]> {
    const ids: string[] = []
    for (;;) {
      const page = { limit: PAGE, offset: ids.length, sortField: 'id', sortOrder: 'ASC' }
      const body = { '@context': VOCABULARY, '@type': 'QuerySpec', ...page }
      const { status, text, json } = await this.management('/v3/assets/request', { body })
      if (status !== 200) throw new Error(`assets: ${status} ${text}`)
      ids.push(...json.map((asset: { readonly '@id': string }) => asset['@id']))
      if (json.length < PAGE) return ids
    }
  }

  /** About one operand that has to equal `active`. */
  createPolicy(leftOperand: string): Promise<Answer> {
    return this.management('/v3/policydefinitions', { body: policyAbout(leftOperand, leftOperand) })
  }

  async #create(path: string, body: object): Promise<void> {
    const { status, text } = await this.management(path, { body })
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
  }

  /** Answers the last status: ISSUED or ERROR. */
  async requestCredential(issuerDid: string, format = 'VC1_0_JWT'): Promise<string> {
    const holderPid = randomUUID()
    const id = format === 'VC1_0_JWT' ? 'MembershipCredential' : `MembershipCredential@${format}`
    const { status, text } = await this.identity(`${this.context}/credentials/request`, {
      body: { issuerDid, holderPid, credentials: [{ format, type: 'MembershipCredential', id }] },
    })
    if (status !== 201) throw new Error(`credential request: ${status} ${text}`)
    return eventually(
      async () => {
        const { json } = await this.identity(`${this.context}/credentials/request/${holderPid}`)
        return json.status === 'ISSUED' || json.status === 'ERROR' ? (json.status as string) : undefined
      },
      { what: 'the credential', withinMs: 30_000 },
    )
  }

  /** What the token service says to this secret. */
  token(clientSecret: string, audience: string): Promise<Answer> {
    return call(`${this.participant.address(ENDPOINTS.identityhub.sts)}/token`, {
      form: {
        grant_type: 'client_credentials',
        client_id: this.participant.did,
        client_secret: clientSecret,
        audience,
      },
    })
  }

  catalogOf(provider: EdcParticipant): Promise<Answer> {
    return this.management('/v3/catalog/request', {
      body: {
        '@context': VOCABULARY,
        '@type': 'CatalogRequest',
        counterPartyAddress: `${provider.address(ENDPOINTS.controlplane.protocol)}/2025-1`,
        counterPartyId: provider.did,
        protocol: 'dataspace-protocol-http:2025-1',
      },
    })
  }

  /** Answers the id of the negotiation. `offer` is a policy as it stands in the catalogue. */
  async negotiate(provider: EdcParticipant, assetId: string, offer: Offer): Promise<string> {
    const answer = await this.management('/v3/contractnegotiations', {
      body: {
        '@context': MANAGEMENT,
        '@type': 'ContractRequest',
        counterPartyAddress: `${provider.address(ENDPOINTS.controlplane.protocol)}/2025-1`,
        counterPartyId: provider.did,
        protocol: 'dataspace-protocol-http:2025-1',
        policy: { ...offer, '@type': 'Offer', assigner: provider.did, target: assetId },
      },
    })
    if (answer.status !== 200) throw new Error(`negotiation: ${answer.status} ${answer.text}`)
    return answer.json['@id']
  }

  /** Has the provider send the data of the contract to an address. Answers the id of the transfer. */
  async transfer(provider: EdcParticipant, contractId: string, sink: string): Promise<string> {
    const answer = await this.management('/v3/transferprocesses', {
      body: {
        '@context': VOCABULARY,
        '@type': 'TransferRequest',
        counterPartyAddress: `${provider.address(ENDPOINTS.controlplane.protocol)}/2025-1`,
        protocol: 'dataspace-protocol-http:2025-1',
        contractId,
        transferType: 'HttpData-PUSH',
        dataDestination: { type: 'HttpData', baseUrl: sink },
      },
    })
    if (answer.status !== 200) throw new Error(`transfer: ${answer.status} ${answer.text}`)
    return answer.json['@id']
  }

  /** Waits until the negotiation is over. */
  async outcomeOf(negotiation: string): Promise<NegotiationOutcome> {
    return eventually(
      async () => {
        const { json } = await this.management(`/v3/contractnegotiations/${negotiation}`)
        return ['FINALIZED', 'TERMINATED'].includes(json.state) ? json : undefined
      },
      { what: `negotiation ${negotiation} to end`, withinMs: 60_000 },
    )
  }
}

export interface NegotiationOutcome {
  readonly state: string
  readonly errorDetail?: string
  /** When it is FINALIZED. */
  readonly contractAgreementId?: string
}

export type Offer = Readonly<Record<string, unknown>>

function assetOf(id: string, properties: object): object {
  const dataAddress = { type: 'HttpData', baseUrl: 'http://127.0.0.1:9' }
  return { '@context': VOCABULARY, '@id': id, properties, dataAddress }
}

function policyAbout(leftOperand: string, id: string): object {
  return {
    '@context': MANAGEMENT,
    '@id': id,
    '@type': 'PolicyDefinition',
    policy: {
      '@type': 'Set',
      permission: [
        {
          action: 'use',
          constraint: { leftOperand, operator: 'eq', rightOperand: 'active' },
        },
      ],
    },
  }
}
