/**
 * A stand-in for an issuer: speaks enough of the Decentralized Claims Protocol 1.0 for a real EDC identity hub to reach
 * ISSUED, and can misbehave on purpose. It believes every token that it is shown.
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { GENERATION } from '../../../src/simulator/edc/generation.ts'
import { Issuer as Registry } from '../../../src/simulator/edc/issuer.ts'
import { closed } from '../closed.ts'
import { type CredentialOrder, issuedCredential } from './credential.ts'
import { type Fetch, serviceOf } from './did-web.ts'
import { claimsOf, newSigner, type Signer } from './signing.ts'

/** `issue` delivers; `refuse` answers 403; `fail` answers 500; `silent` accepts and never delivers. */
export type IssuerMode = 'issue' | 'refuse' | 'fail' | 'silent'

export interface IssuerOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Address to listen on; 127.0.0.1 if left out. */
  readonly listenOn?: string
  /** The host name in its DID, as hubs reach it; 127.0.0.1 if left out. */
  readonly host?: string
  readonly mode?: IssuerMode
  /** How it asks hubs, for a machine that does not know their names. */
  readonly fetch?: Fetch
  /** Serves the admin API of an issuer (`/api/admin`) that knows this key; then whom it does not know as a holder it refuses. */
  readonly adminKey?: string
}

/** One request for credentials, and how it ended. */
export interface CredentialRequest {
  readonly holder: string
  readonly holderPid: string
  readonly orders: readonly CredentialOrder[]
  /** Undefined until the hub has answered the delivery; an error when it could not be delivered. */
  delivered?: number | Error
}

export interface Issuer extends AsyncDisposable {
  readonly did: string
  readonly port: number
  /** Takes effect with the next request. */
  mode: IssuerMode
  /** What the subjects of its credentials claim, instead of what is usual for the type. */
  claims: object | undefined
  /** The oldest first. */
  readonly requests: readonly CredentialRequest[]
  /** Of its admin API, with the path. */
  readonly adminUrl: string
  /** Awaited before each call of the admin API is carried out, and again before it is answered. */
  onAdmin: (call: string, when: 'before' | 'after') => Promise<void> | void
}

/** Of its own participant context. */
export const ISSUER_CONTEXT = 'issuer'
const ADMIN_PATH = '/api/admin'

const NAMESPACE = 'https://w3id.org/dspace-dcp/v1.0/'
const CONTEXT = `${NAMESPACE}dcp.jsonld`
const BODY_LIMIT = 1024 * 1024
const ATTEMPTS = 50
const PAUSE_MS = 100

export async function openIssuer(options: IssuerOptions = {}): Promise<Issuer> {
  const {
    port: wanted = 0,
    listenOn = '127.0.0.1',
    host = '127.0.0.1',
    mode = 'issue',
    adminKey,
    fetch = globalThis.fetch,
  } = options
  const server = createServer().listen(wanted, listenOn)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const did = `did:web:${host}%3A${port}:issuer`
  const signer = newSigner(`${did}#key-1`)
  const requests: CredentialRequest[] = []
  const registry =
    adminKey === undefined
      ? undefined
      : new Registry({ generation: GENERATION['0.15'], did, contextId: ISSUER_CONTEXT, key: adminKey })
  const issuer: Issuer = {
    did,
    port,
    adminUrl: `http://${listenOn}:${port}${ADMIN_PATH}`,
    mode,
    claims: undefined,
    onAdmin: () => undefined,
    requests,
    [Symbol.asyncDispose]: () => closed(server),
  }
  const document = JSON.stringify(didDocument({ did, signer, address: `http://${host}:${port}/issuance` }))
  const desk: Desk = { issuer, signer, requests, registry, fetch }
  server.on('request', (request, response) => {
    serve(desk, document, { request, response }).catch((cause: unknown) =>
      response.writeHead(400).end(String(cause)),
    )
  })
  return issuer
}

interface Desk {
  readonly issuer: Issuer
  readonly signer: Signer
  readonly requests: CredentialRequest[]
  readonly registry: Registry | undefined
  readonly fetch: Fetch
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function serve(desk: Desk, document: string, { request, response }: Exchange): Promise<void> {
  const { method = '', url = '' } = request
  if (method === 'POST' && url === '/issuance/credentials') return takeRequest(desk, request, response)
  if (url === '/issuer/did.json')
    return void response.setHeader('content-type', 'application/json').end(document)
  if (desk.registry && url.startsWith(ADMIN_PATH)) return administer(desk, { request, response })
  response.writeHead(404).end()
}

/** As the double of the built-in cluster, for no real one can be had. */
async function administer({ issuer, registry }: Desk, { request, response }: Exchange): Promise<void> {
  const [path = '', query] = (request.url ?? '').split('?')
  const call = `${request.method} ${path}`
  await issuer.onAdmin(call, 'before')
  const asked = {
    method: request.method ?? '',
    path,
    query: new URLSearchParams(query),
    headers: request.headers as Record<string, string>,
    body: await bodyOf(request),
  }
  const answer = registry?.answer(asked, path.slice(ADMIN_PATH.length))
  await issuer.onAdmin(call, 'after')
  if (answer === undefined) return void response.destroy()
  response.writeHead(answer.status, answer.headers).end(answer.body)
}

async function takeRequest(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { issuer, requests } = desk
  const message = JSON.parse(await bodyOf(request)) as Record<string, unknown>
  if (issuer.mode === 'refuse') return void response.writeHead(403).end('holder unknown')
  if (issuer.mode === 'fail') return void response.writeHead(500).end('out of order')
  const token = (request.headers.authorization ?? '').replace(/^Bearer /u, '')
  const holder = String(claimsOf(token)['iss'])
  if (desk.registry?.moodTowards(holder) === 'refuse')
    return void response.writeHead(403).end('holder unknown')
  const order: CredentialRequest = {
    holder,
    holderPid: String(field(message, 'holderPid')),
    orders: (field(message, 'credentials') as readonly { readonly id: string }[]).map(({ id }) =>
      orderOf(id),
    ),
  }
  requests.push(order)
  const issuerPid = randomUUID()
  const location = `http://${request.headers.host}/issuance/requests/${issuerPid}`
  response.writeHead(201, { location }).end(issuerPid)
  if (issuer.mode === 'silent') return
  try {
    order.delivered = await deliverPatiently(desk, order, issuerPid)
  } catch (cause) {
    order.delivered = cause instanceof Error ? cause : new Error(String(cause))
  }
}

/** A hub refuses what comes before it has noted that its request was taken, so that is tried again for some seconds. */
async function deliverPatiently(desk: Desk, order: CredentialRequest, issuerPid: string): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const status = await deliver(desk, order, issuerPid)
    if (status === 200 || attempt === ATTEMPTS) return status
    await delay(PAUSE_MS)
  }
}

/** Answers the status with which the hub took the credentials. */
async function deliver(
  { issuer, signer, fetch }: Desk,
  order: CredentialRequest,
  issuerPid: string,
): Promise<number> {
  const { holder, holderPid, orders } = order
  const content = { issuer: issuer.did, holder, claims: issuer.claims }
  const endpoint = await serviceOf(holder, 'CredentialService', fetch)
  const now = Math.floor(Date.now() / 1000)
  const token = signer.sign({
    iss: issuer.did,
    sub: issuer.did,
    aud: holder,
    jti: randomUUID(),
    iat: now,
    nbf: now,
    exp: now + 300,
  })
  const answer = await fetch(`${endpoint}/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      '@context': [CONTEXT],
      type: 'CredentialMessage',
      issuerPid,
      holderPid,
      status: 'ISSUED',
      credentials: orders.map((one) => issuedCredential(one, content, signer)),
    }),
    signal: AbortSignal.timeout(10_000),
  })
  return answer.status
}

function didDocument({ did, signer, address }: { did: string; signer: Signer; address: string }): object {
  const key = `${did}#key-1`
  return {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: did,
    verificationMethod: [{ id: key, type: 'JsonWebKey2020', controller: did, publicKeyJwk: signer.jwk }],
    authentication: [key],
    assertionMethod: [key],
    service: [{ id: 'issuance', type: 'IssuerService', serviceEndpoint: address }],
  }
}

/** The hub sends expanded JSON-LD; the compact form is taken too. */
function field(message: Readonly<Record<string, unknown>>, name: string): unknown {
  const found = message[name] ?? message[NAMESPACE + name]
  const first: unknown = Array.isArray(found) && found.length === 1 ? found[0] : found
  if (typeof first !== 'object' || first === null) return first
  return ('@value' in first && first['@value']) || ('@id' in first && first['@id']) || found
}

/** Which credential an id of a request stands for: `TYPE`, or `TYPE@FORMAT`. */
function orderOf(id: string): CredentialOrder {
  const [type = '', format = 'VC1_0_JWT'] = id.split('@')
  return { type, format }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of request) {
    body += String(part)
    if (body.length > BODY_LIMIT) throw new Error('the request is too long')
  }
  return body
}
