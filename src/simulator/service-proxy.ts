/** The subresource `proxy` of Services: what is asked there is passed on to whatever listens behind the Service. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ObjectKey, RESOURCES } from '../model/kubernetes.ts'
import { textOf } from './api-request.ts'
import type { EdcAnswer, EdcRequest } from './edc/answers.ts'
import type { State } from './state.ts'
import { notFound, StatusFault } from './status-fault.ts'

/** A port of a Service. */
export interface ServicePlace {
  readonly namespace: string
  readonly service: string
  readonly port: number
}

/** Undefined: nothing listens there. */
export type Listeners = (place: ServicePlace, request: EdcRequest) => EdcAnswer | undefined

export interface Proxied {
  readonly place: ServicePlace
  /** Below the proxy, escaped. */
  readonly path: string
}

const PATH =
  /^\/api\/v1\/namespaces\/(?<namespace>[^/]+)\/services\/(?:http:)?(?<service>[^/:]+):(?<port>\d+)\/proxy(?<path>\/.*|)$/u

/** Undefined for any other path. */
export function proxiedAt(path: string): Proxied | undefined {
  const { namespace = '', service = '', port = '', path: below = '' } = PATH.exec(path)?.groups ?? {}
  return namespace === ''
    ? undefined
    : { place: { namespace, service, port: Number(port) }, path: below === '' ? '/' : below }
}

/** Throws a StatusFault when there is no such Service, or nothing behind it. */
export async function answerProxied(
  request: IncomingMessage,
  response: ServerResponse,
  { url, proxied, state, listeners }: ProxyCall,
): Promise<void> {
  const { place, path } = proxied
  const { authorization: _, ...headers } = request.headers as EdcRequest['headers']
  const body = await textOf(request)
  const { method = 'GET' } = request
  const answer = listeners(place, { method, path, query: url.searchParams, headers, body })
  if (answer === undefined) throw nothingThere(place, state)
  response.writeHead(answer.status, answer.headers).end(answer.body)
}

export interface ProxyCall {
  readonly url: URL
  readonly proxied: Proxied
  readonly state: State
  readonly listeners: Listeners
}

function nothingThere({ namespace, service: name }: ServicePlace, state: State): StatusFault {
  const key: ObjectKey = { namespace, name }
  if (state.get(RESOURCES.Service, key) === undefined) return notFound(RESOURCES.Service, name)
  return new StatusFault({
    code: 503,
    reason: 'ServiceUnavailable',
    message: `no endpoints available for service "${name}"`,
  })
}
