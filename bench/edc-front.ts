/** The doubles of a built-in cluster behind an address of their own, each answer as late as that of a real EDC. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { EdcAnswer, EdcRequest } from '../src/simulator/edc/answers.ts'
import type { Issuer } from '../src/simulator/edc/issuer.ts'

export interface FrontCall {
  /** Method and path. */
  readonly call: string
  /** By `performance.now`. */
  readonly beganMs: number
  readonly endedMs: number
}

export interface EdcFront extends AsyncDisposable {
  /** For `--participant-address`. */
  readonly template: string
  /** Of the admin API of an issuer. */
  addressOf(issuer: Issuer): string
  /** Those that were answered. */
  readonly calls: readonly FrontCall[]
}

export interface Cluster {
  readonly url: string
  readonly token: string
}

/** Of 0.15.1 with PostgreSQL and OpenBao, on two cores, when it had just started. First match wins. */
const TAKES_MS: readonly (readonly [RegExp, number])[] = [
  [/^POST .*\/sts\/token$/u, 350],
  [/^POST .*\/(?:participants|policydefinitions)$/u, 100],
  [/^GET /u, 20],
  [/./u, 60],
]

const ADMIN_PATH = '/api/admin'

export async function openEdcFront(cluster: Cluster): Promise<EdcFront> {
  const issuers = new Map<string, Issuer>()
  const calls: FrontCall[] = []
  const agent = new Agent({ connections: 128 })
  const server = createServer((incoming, response) => {
    answer(incoming, response, { cluster, issuers, agent, calls }).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    template: `${url}/{participant}/{service}/{port}`,
    addressOf(issuer) {
      const name = `issuer-${issuers.size}`
      issuers.set(name, issuer)
      return `${url}/${name}/issuer/0${ADMIN_PATH}`
    },
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await agent.destroy()
    },
  }
}

interface Behind {
  readonly cluster: Cluster
  readonly issuers: ReadonlyMap<string, Issuer>
  readonly agent: Agent
  readonly calls: FrontCall[]
}

async function answer(incoming: IncomingMessage, response: ServerResponse, behind: Behind): Promise<void> {
  const beganMs = performance.now()
  const asked = await read(incoming)
  const { method, path } = asked.request
  const call = `${method} ${path}`
  const reply = answerOf(asked, behind)
  await delay(TAKES_MS.find(([of]) => of.test(call))?.[1])
  const { status, headers, body } = await reply
  response.writeHead(status, headers).end(body)
  behind.calls.push({ call, beganMs, endedMs: performance.now() })
}

interface Asked {
  readonly name: string
  readonly service: string
  readonly port: string
  readonly request: EdcRequest
}

async function read(incoming: IncomingMessage): Promise<Asked> {
  const { method = 'GET', url = '/' } = incoming
  const [name = '', service = '', port = '', ...rest] = url.split('/').slice(1)
  const [path = '', query = ''] = `/${rest.join('/')}`.split('?')
  const headers = incoming.headers as EdcRequest['headers']
  const body = await text(incoming)
  return { name, service, port, request: { method, path, query: new URLSearchParams(query), headers, body } }
}

async function answerOf(asked: Asked, { issuers, ...way }: Behind): Promise<EdcAnswer> {
  const issuer = issuers.get(asked.name)
  if (issuer === undefined) return await passOn(asked, way)
  const answered = issuer.answer(asked.request, asked.request.path.slice(ADMIN_PATH.length))
  if (answered === undefined) throw new Error('this issuer is in no mood to answer')
  return answered
}

/** Through the service proxy of the cluster, which knows what runs behind a Service. */
async function passOn(
  { name, service, port, request: { method, path, query, headers, body } }: Asked,
  { cluster, agent }: Pick<Behind, 'cluster' | 'agent'>,
): Promise<EdcAnswer> {
  const below = `/api/v1/namespaces/${name}/services/http:${service}:${port}/proxy${path}`
  const kept = ['content-type', 'x-api-key', 'x-vault-token'].flatMap((key) => {
    const value = headers[key]
    return value === undefined ? [] : [[key, value] as const]
  })
  const reply = await request(`${cluster.url}${below}?${query.toString()}`, {
    method: method as 'GET',
    headers: { ...Object.fromEntries(kept), authorization: `Bearer ${cluster.token}` },
    dispatcher: agent,
    ...(body !== '' && { body }),
  })
  const type = reply.headers['content-type']
  return {
    status: reply.statusCode,
    headers: typeof type === 'string' ? { 'content-type': type } : {},
    body: await reply.body.text(),
  }
}
