/** The EDC doubles behind a real HTTP server on the loopback interface, one address for all of them. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AddressTemplate, readAddressTemplate } from '../../src/edc/reach.ts'
import type { EdcAnswer, EdcRequest } from '../../src/simulator/edc/answers.ts'
import type { EdcDataspace } from '../../src/simulator/edc/dataspace.ts'
import type { Issuer } from '../../src/simulator/edc/issuer.ts'
import { closed } from './closed.ts'

export interface EdcServer extends AsyncDisposable {
  /** With placeholders for participant, service and port. */
  readonly template: AddressTemplate
  /** Serves the issuer, too. */
  issuerUrl(issuer: Issuer): URL
}

export async function openEdcServer(dataspace: EdcDataspace): Promise<EdcServer> {
  const issuers: Issuer[] = []
  const server = createServer((request, response) => void serve(request, response, { dataspace, issuers }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const template = readAddressTemplate(`${url}/participants/{participant}/{service}/{port}`, [])
  if (template === undefined) throw new Error('the template is wrong')
  return {
    template,
    issuerUrl: (issuer) => new URL(`${url}/issuers/${issuers.push(issuer) - 1}`),
    [Symbol.asyncDispose]: () => closed(server),
  }
}

interface Served {
  readonly dataspace: EdcDataspace
  readonly issuers: readonly Issuer[]
}

async function serve(incoming: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  incoming.setEncoding('utf8')
  let body = ''
  for await (const text of incoming) body += text
  const answer = answerOf({ incoming, body }, served)
  if (answer === undefined) return void incoming.socket.destroy()
  response.writeHead(answer.status, answer.headers).end(answer.body)
}

function answerOf(
  { incoming, body }: { readonly incoming: IncomingMessage; readonly body: string },
  { dataspace, issuers }: Served,
): EdcAnswer | undefined {
  const { method = '', url = '/' } = incoming
  const [path = '', query = ''] = url.split('?')
  const headers = incoming.headers as EdcRequest['headers']
  const request = { method, query: new URLSearchParams(query), headers, body }
  const [kind, name = '', ...below] = path.split('/').slice(1)
  if (kind === 'issuers') {
    const inside = `/${below.join('/')}`
    return issuers[Number(name)]?.answer({ ...request, path: inside }, inside.slice(ADMIN_PATH.length))
  }
  const [service = '', port, ...rest] = below
  const place = { participant: name, service, port: Number(port) }
  return dataspace.answer(place, { ...request, path: `/${rest.join('/')}` })
}

export const ADMIN_PATH = '/api/admin'
