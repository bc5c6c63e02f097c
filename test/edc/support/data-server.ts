/** Where data comes from and where it goes: answers GET with a text, and keeps what is posted to it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closed } from '../../support/closed.ts'

export interface DataServer extends AsyncDisposable {
  readonly url: string
  readonly received: readonly string[]
}

export async function openDataServer(text: string): Promise<DataServer> {
  const received: string[] = []
  const server = createServer((request, response) => {
    if (request.method === 'GET') return void response.end(text)
    let body = ''
    request.on('data', (part) => (body += String(part)))
    request.on('end', () => {
      received.push(body)
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    [Symbol.asyncDispose]: () => closed(server),
  }
}
