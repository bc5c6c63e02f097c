/** A local stand-in that streams so many participants (first argument) with their workloads, as a real API server would. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { KubeObject } from '../../src/model/kubernetes.ts'
import { COMPONENTS } from '../../src/model/participant.ts'
import { type ChangeWish, changedDeployment } from '../changes.ts'
import { tell } from '../child.ts'
import { claimOf, deploymentOf, namespaceOf, participantOf, podOf } from '../objects.ts'
import { nameOf } from '../records.ts'

const participants = Number(process.argv[2])
let bytes = 0

/** Written once with marks in the place of name and version: serialising each anew would measure this stand-in instead. */
type Template = string
const NAME = '%NAME%'
const VERSION = '%VERSION%'
let version = 0

function templateOf(object: KubeObject): Template {
  const metadata = { ...object.metadata, resourceVersion: VERSION }
  return `${JSON.stringify({ type: 'ADDED', object: { ...object, metadata } })}\n`
}

const fill = (template: Template, name: string): string =>
  template.replaceAll(NAME, name).replace(VERSION, String((version += 1)))

const perComponent = (make: (name: string, component: string) => KubeObject): readonly Template[] =>
  COMPONENTS.map((component) => templateOf(make(NAME, component)))

const collections: Readonly<Record<string, readonly Template[]>> = {
  participants: [templateOf(participantOf(NAME))],
  namespaces: [templateOf(namespaceOf(NAME))],
  deployments: perComponent(deploymentOf),
  statefulsets: [],
  pods: perComponent(podOf),
  persistentvolumeclaims: ['postgres', 'vault'].map((component) => templateOf(claimOf(NAME, component))),
}

async function stream(plural: string, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' })
  for (let index = 0; index < participants; index += 1)
    for (const template of collections[plural] ?? []) await send(response, fill(template, nameOf(index)))
  const metadata = { resourceVersion: '1000000', annotations: { 'k8s.io/initial-events-end': 'true' } }
  const object = { kind: 'Bookmark', apiVersion: 'v1', metadata }
  await send(response, `${JSON.stringify({ type: 'BOOKMARK', object })}\n`)
  if (plural === 'deployments') changes = response
}

/** The watch of Deployments, once its initial state is sent. */
let changes: ServerResponse | undefined

async function send(response: ServerResponse, line: string): Promise<void> {
  bytes += line.length
  if (!response.write(line)) await once(response, 'drain')
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const plural = url.pathname.split('/').at(-1) ?? ''
  if (url.searchParams.get('sendInitialEvents') === 'true') void stream(plural, response)
  else if (url.searchParams.get('watch') !== '1') response.end(JSON.stringify({ bytes }))
})
/** Sends so many changes a second, one participant after the other, for so long; answers when each was handed to the socket. */
process.on('message', (question: string) => {
  const { perSecond, seconds } = JSON.parse(question) as ChangeWish
  void sendChanges(perSecond, seconds).then((sentAtNs) => tell({ sentAtNs }))
})

async function sendChanges(perSecond: number, seconds: number): Promise<readonly string[]> {
  const response = changes
  if (response === undefined) throw new Error('nobody watches Deployments yet')
  const sentAtNs: string[] = []
  const started = performance.now()
  while (sentAtNs.length < perSecond * seconds) {
    const due = ((performance.now() - started) * perSecond) / 1000
    while (sentAtNs.length < due && sentAtNs.length < perSecond * seconds) {
      const index = sentAtNs.length
      const line = changedDeployment(nameOf(index % participants), index, (version += 1))
      sentAtNs.push(String(process.hrtime.bigint()))
      await send(response, line)
    }
    await delay(1)
  }
  return sentAtNs
}

server.listen(0, '127.0.0.1')
await once(server, 'listening')
tell({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
