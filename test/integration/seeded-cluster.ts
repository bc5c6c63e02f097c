/** A cluster whose participants are seeded: its EDC doubles watched, and two issuers beside it. */
import { join } from 'node:path'
import type { Kube } from '../../src/kube/kube.ts'
import { type KubeObject, RESOURCES } from '../../src/model/kubernetes.ts'
import type { Participant } from '../../src/model/participant.ts'
import type { EdcRequest } from '../../src/simulator/edc/answers.ts'
import type { Issuer } from '../../src/simulator/edc/issuer.ts'
import { ADMIN_PATH, openEdcServer } from '../support/edc-server.ts'
import { openFolder } from '../support/folder.ts'
import { type BuiltInTestCluster, MISSING_IMAGE } from './test-cluster.ts'

export interface EdcCallSeen {
  readonly participant: string
  /** Such as `POST /api/identity/v1alpha/participants`. */
  readonly call: string
  readonly body: string
}

export interface SeededCluster extends AsyncDisposable {
  readonly cluster: BuiltInTestCluster
  readonly issuer: Issuer
  /** Can forget holders; of the profile `modern`. */
  readonly modernIssuer: Issuer
  /** The configuration, and a file that holds it. */
  readonly file: string
  readonly path: string
  /** What the runtimes of this participant were asked. */
  readonly calls: (participant: string) => readonly EdcCallSeen[]
  /** Told of every such call once it was carried out, before it is answered. */
  onCall: (seen: EdcCallSeen) => void
}

export const KEY = 'key-of-the-issuers'

export async function openSeeded(open: () => Promise<BuiltInTestCluster>): Promise<SeededCluster> {
  await using stack = new AsyncDisposableStack()
  const cluster = stack.use(await open())
  const { dataspace } = cluster
  const old = { did: 'did:web:issuer.test', contextId: 'issuer', key: KEY }
  const modern = { did: 'did:web:modern.test', contextId: 'issuer', key: KEY }
  const issuer = dataspace.addIssuer(old)
  const modernIssuer = dataspace.addIssuer(modern, '0.19')
  const server = stack.use(await openEdcServer(dataspace))
  await cluster.kube.create(keySecret())
  const issuers = [
    issuerSettings(server.issuerUrl(issuer), old, 'edc-0.15'),
    issuerSettings(server.issuerUrl(modernIssuer), modern, 'edc-0.19'),
  ]
  const profiles = {
    default: { edc: { generation: 'probe' } },
    modern: { edc: { generation: 'edc-0.15', issuer: modern.did } },
    // Its runtimes keep their secrets in memory.
    memory: { edc: { generation: 'probe', vault: 'memory' } },
    plain: {},
    // Its hub never runs.
    broken: { edc: { generation: 'edc-0.15' }, components: { identityhub: { image: MISSING_IMAGE } } },
  }
  const file = JSON.stringify({ issuers, profiles })
  const folder = stack.use(await openFolder())
  const path = join(folder.path, 'config.yaml')
  await folder.write({ 'config.yaml': file })

  const seen: EdcCallSeen[] = []
  const answer = dataspace.answer.bind(dataspace)
  const owned = stack.move()
  const seeded: SeededCluster = {
    cluster,
    issuer,
    modernIssuer,
    file,
    path,
    calls: (participant) => seen.filter((call) => call.participant === participant),
    onCall: () => undefined,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
  dataspace.answer = (place, request) => {
    const answered = answer(place, request)
    const call = callOf(place.participant, request)
    if (answered !== undefined && answered.status < 300) {
      seen.push(call)
      seeded.onCall(call)
    }
    return answered
  }
  return seeded
}

function callOf(participant: string, { method, path, body }: EdcRequest): EdcCallSeen {
  return { participant, call: `${method} ${path}`, body }
}

interface Issuing {
  readonly did: string
  readonly contextId: string
  /** Name of the Secret with its key. */
  readonly secret?: string
}

export function issuerSettings(
  url: URL,
  { did, contextId, secret = 'issuers' }: Issuing,
  generation: string,
): object {
  const address = `${url.href}${ADMIN_PATH}`
  const key = { secret: { namespace: 'default', name: secret, key: 'api-key' } }
  const credential = { type: 'MembershipCredential', definition: 'membership' }
  return { did, address, contextId, generation, key, credential }
}

export function keySecret(name = 'issuers'): KubeObject {
  const metadata = { namespace: 'default', name }
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { 'api-key': KEY } } as KubeObject
}

/** Conditions of a participant as `Type Status`. */
export async function conditionsIn(kube: Kube, name: string): Promise<readonly string[]> {
  const found = await kube.get<Participant>(RESOURCES.Participant, { name })
  return found?.status?.conditions?.map(({ type, status }) => `${type} ${status}`) ?? []
}

/** What is kept of the wallet, by key. */
export async function walletIn(kube: Kube, name: string): Promise<Readonly<Record<string, string>>> {
  const place = { namespace: name, name: 'wallet-credentials' }
  const found = await kube.get<KubeObject & { readonly data?: Record<string, string> }>(
    RESOURCES.Secret,
    place,
  )
  return Object.fromEntries(
    Object.entries(found?.data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  )
}
