/** Participants that are seeded on any cluster: what answers behind their Services are doubles of this process, one vault each. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Kube } from '../../src/kube/kube.ts'
import { type KubeObject, RESOURCES } from '../../src/model/kubernetes.ts'
import { COMPONENT_LABEL } from '../../src/model/names.ts'
import type { EdcAnswer, EdcRequest } from '../../src/simulator/edc/answers.ts'
import { KeptVaults } from '../../src/simulator/edc/cluster-vaults.ts'
import { EdcDataspace } from '../../src/simulator/edc/dataspace.ts'
import type { OpenBao } from '../../src/simulator/edc/openbao.ts'
import { closed } from '../support/closed.ts'
import { openEdcServer } from '../support/edc-server.ts'
import { openFolder } from '../support/folder.ts'
import { issuerSettings, KEY, keySecret } from './seeded-cluster.ts'
import type { TestCluster } from './test-cluster.ts'

export interface VaultCallSeen {
  readonly participant: string
  /** Such as `POST /v1/sys/init`. */
  readonly call: string
}

export interface VaultGround extends AsyncDisposable {
  readonly cluster: TestCluster
  /** For the service, beside what the cluster needs. */
  readonly args: readonly string[]
  /** The one that runs now; undefined when its pod is not ready. */
  vaultOf(participant: string): Promise<OpenBao | undefined>
  calls(participant: string): readonly string[]
  /** Told of a call before it is carried out; answers a status code instead of letting it through, or undefined. */
  before: (seen: VaultCallSeen) => number | undefined
  /** Told of a call once it was carried out, before it is answered. */
  after: (seen: VaultCallSeen) => void
}

type Ground = Omit<VaultGround, 'args' | typeof Symbol.asyncDispose>

export async function openVaultGround(open: () => Promise<TestCluster>): Promise<VaultGround> {
  await using stack = new AsyncDisposableStack()
  const cluster = stack.use(await open())
  const { kube } = cluster
  const random = randomUUID
  const dataspace = new EdcDataspace({ generation: '0.15', now: Date.now, random })
  const issuing = { did: 'did:web:issuer.test', contextId: 'issuer', key: KEY }
  const issuer = dataspace.addIssuer(issuing)
  const issuerServer = stack.use(await openEdcServer(dataspace))
  const secret = 'issuers-of-vaults'
  await kube.create(keySecret(secret))
  const settings = issuerSettings(issuerServer.issuerUrl(issuer), { ...issuing, secret }, 'edc-0.15')
  const folder = stack.use(await openFolder())
  const profiles = { default: { edc: { generation: 'edc-0.15' } } }
  await folder.write({ 'config.yaml': JSON.stringify({ issuers: [settings], profiles }) })

  const kept = new KeptVaults({ now: Date.now, random })
  const seen: VaultCallSeen[] = []
  const ground: Ground = {
    cluster,
    before: () => undefined,
    after: () => undefined,
    calls: (participant) => seen.filter((one) => one.participant === participant).map(({ call }) => call),
    async vaultOf(participant) {
      const running = await runningIn(kube, participant)
      if (running === undefined) return undefined
      return kept.at(participant, { volume: await volumeIn(kube, participant), running })
    },
  }

  const started = new Map<string, string>()
  const answer = async (path: string, request: Omit<EdcRequest, 'path'>): Promise<EdcAnswer | undefined> => {
    const [participant = '', service = '', port = '', ...below] = path.split('/').slice(1)
    const inside = { ...request, path: `/${below.join('/')}` }
    const vault = await ground.vaultOf(participant)
    if (service === 'vault') return vault && throughVault({ ground, seen }, { participant, vault }, inside)
    const keys = await keysIn(kube, participant)
    if (keys === undefined) return undefined
    if (started.get(participant) !== keys.of) {
      started.set(participant, keys.of)
      dataspace.start(participant, {
        ...keys,
        vault: (runtime) => kept.find(participant)?.knows(keys.tokens[runtime]) ?? false,
      })
    }
    return dataspace.answer({ participant, service, port: Number(port) }, inside)
  }
  const server = createServer((incoming, response) => void serve(incoming, response, answer))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(() => closed(server))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/{participant}/{service}/{port}`
  const owned = stack.move()
  return Object.assign(ground, {
    args: ['--config', join(folder.path, 'config.yaml'), '--participant-address', address],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  })
}

function throughVault(
  { ground, seen }: { readonly ground: Ground; readonly seen: VaultCallSeen[] },
  { participant, vault }: { readonly participant: string; readonly vault: OpenBao },
  request: EdcRequest,
): EdcAnswer {
  const call = { participant, call: `${request.method} ${request.path}` }
  const status = ground.before(call)
  if (status !== undefined) return { status, headers: {}, body: '' }
  const answer = vault.answer(request)
  seen.push(call)
  ground.after(call)
  return answer
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  answerTo: (path: string, request: Omit<EdcRequest, 'path'>) => Promise<EdcAnswer | undefined>,
): Promise<void> {
  incoming.setEncoding('utf8')
  let body = ''
  for await (const text of incoming) body += text
  const { method = '', url = '/' } = incoming
  const [path = '', query = ''] = url.split('?')
  const headers = incoming.headers as EdcRequest['headers']
  const answer = await answerTo(path, { method, query: new URLSearchParams(query), headers, body })
  if (answer === undefined) return void incoming.socket.destroy()
  response.writeHead(answer.status, answer.headers).end(answer.body)
}

/** Another pod, or another start of its container, is another; undefined when none is ready. */
async function runningIn(kube: Kube, namespace: string): Promise<string | undefined> {
  const { items } = await kube.list<Pod>(RESOURCES.Pod, { namespace })
  const pod = items.find(
    ({ metadata, status }) =>
      metadata.labels?.[COMPONENT_LABEL] === 'vault' &&
      metadata.deletionTimestamp === undefined &&
      status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true,
  )
  const restarts = pod?.status?.containerStatuses?.map(({ restartCount }) => restartCount)
  return pod && JSON.stringify([pod.metadata.uid, restarts])
}

interface Pod extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly { readonly restartCount: number }[]
  }
}

async function volumeIn(kube: Kube, namespace: string): Promise<string> {
  const { items } = await kube.list<KubeObject>(RESOURCES.PersistentVolumeClaim, { namespace })
  return items.find(({ metadata }) => metadata.name === 'vault-data')?.metadata.uid ?? ''
}

interface Keys {
  readonly of: string
  readonly managementKey: string
  readonly identityKey: string
  readonly tokens: Readonly<Record<'controlplane' | 'identityhub', string>>
}

async function keysIn(kube: Kube, namespace: string): Promise<Keys | undefined> {
  const valueOf = async (name: string, key: string): Promise<string> =>
    (await secretIn(kube, { namespace, name }))?.[key] ?? ''
  const managementKey = await valueOf('controlplane-credentials', 'management-api-key')
  const identityKey = await valueOf('identityhub-credentials', 'superuser-api-key')
  const controlplane = await valueOf('vault-tokens', 'controlplane-token')
  const identityhub = await valueOf('vault-tokens', 'identityhub-token')
  if (managementKey === '' || identityKey === '') return undefined
  const of = JSON.stringify([managementKey, identityKey, controlplane, identityhub])
  return { of, managementKey, identityKey, tokens: { controlplane, identityhub } }
}

/** Its values; undefined when there is none. */
export async function secretIn(
  kube: Kube,
  place: { readonly namespace: string; readonly name: string },
): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await kube.get<KubeObject & { readonly data?: Record<string, string> }>(
    RESOURCES.Secret,
    place,
  )
  if (found === undefined) return undefined
  return Object.fromEntries(
    Object.entries(found.data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  )
}
