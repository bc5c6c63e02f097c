/** A local stand-in that streams so many participants (first argument) with their workloads, as a real API server would. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { KubeObject } from '../../src/model/kubernetes.ts'
import { COMPONENTS } from '../../src/model/participant.ts'
import { tell } from '../child.ts'
import { deploymentOf, namespaceOf, participantOf, podOf } from '../objects.ts'
import { nameOf } from '../records.ts'

const participants = Number(process.argv[2])
let bytes = 0

const perComponent = (make: (name: string, component: string) => KubeObject) =>
  function* (): Generator<KubeObject> {
    for (let index = 0; index < participants; index += 1)
      for (const component of COMPONENTS) yield make(nameOf(index), component)
  }
const perParticipant = (make: (name: string) => KubeObject) =>
  function* (): Generator<KubeObject> {
    for (let index = 0; index < participants; index += 1) yield make(nameOf(index))
  }

const collections: Readonly<Record<string, () => Iterable<KubeObject>>> = {
  participants: perParticipant(participantOf),
  namespaces: perParticipant(namespaceOf),
  deployments: perComponent(deploymentOf),
  statefulsets: () => [],
  pods: perComponent(podOf),
}

async function stream(plural: string, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' })
  for (const object of collections[plural]?.() ?? []) await send(response, { type: 'ADDED', object })
  const metadata = { resourceVersion: '1000000', annotations: { 'k8s.io/initial-events-end': 'true' } }
  await send(response, { type: 'BOOKMARK', object: { kind: 'Bookmark', apiVersion: 'v1', metadata } })
}

async function send(response: ServerResponse, event: object): Promise<void> {
  const line = `${JSON.stringify(event)}\n`
  bytes += line.length
  if (!response.write(line)) await once(response, 'drain')
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const plural = url.pathname.split('/').at(-1) ?? ''
  if (url.searchParams.get('sendInitialEvents') === 'true') void stream(plural, response)
  else if (url.searchParams.get('watch') !== '1') response.end(JSON.stringify({ bytes }))
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
tell({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
