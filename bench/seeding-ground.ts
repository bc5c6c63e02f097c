/** A built-in cluster whose participants are READY and wait to be seeded: by an issuer that lives, or by another one. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { RESOURCES } from '../src/model/kubernetes.ts'
import type { Participant } from '../src/model/participant.ts'
import { seedConditionsOf } from '../src/model/seed-steps.ts'
import { create, untilReady } from '../test/integration/participants.ts'
import { type ServiceProcess, startProcess } from '../test/integration/process.ts'
import { type BuiltInTestCluster, openBuiltIn } from '../test/integration/test-cluster.ts'
import { openFolder } from '../test/support/folder.ts'
import { type Cluster, type EdcFront, openEdcFront } from './edc-front.ts'

/** `silent` takes connections and never answers, `refusing` takes none. */
export type OtherIssuer = 'living' | 'silent' | 'refusing'

export interface SeedingGround extends AsyncDisposable {
  readonly front: EdcFront
  /** A process that seeds nobody. */
  startPlain(): Promise<ServiceProcess>
  /** One that seeds all: those of profile `default` by the living issuer, those of `other` by the other one. */
  startSeeding(): Promise<ServiceProcess>
  /** Whether each participant is seeded, by name. */
  seeded(): Promise<ReadonlyMap<string, boolean>>
}

const KEY = 'key-of-the-issuers'
const NOT_ELECTED = ['--leader-election', 'off']

export async function openSeedingGround(other: OtherIssuer): Promise<SeedingGround> {
  await using stack = new AsyncDisposableStack()
  const cluster = stack.use(await openBuiltIn())
  const front = stack.use(await openEdcFront(await accessTo(cluster)))
  const folder = stack.use(await openFolder())
  const [first, second] = ['living', 'other'].map((name) =>
    cluster.dataspace.addIssuer({ did: `did:web:${name}.test`, contextId: 'issuer', key: KEY }),
  )
  if (first === undefined || second === undefined) throw new Error('no issuers')
  const addresses = {
    [first.did]: front.addressOf(first),
    [second.did]: other === 'living' ? front.addressOf(second) : await deadAddress(stack, other),
  }
  const issuers = Object.entries(addresses).map(([did, address]) => ({
    did,
    address,
    contextId: 'issuer',
    generation: 'edc-0.15',
    key: { file: join(folder.path, 'key') },
    credential: { type: 'MembershipCredential', definition: 'membership' },
  }))
  const edc = { generation: 'probe' }
  await folder.write({
    key: KEY,
    'plain.yaml': JSON.stringify({ profiles: { default: {}, other: {} } }),
    'seeding.yaml': JSON.stringify({
      issuers,
      profiles: { default: { edc }, other: { edc: { ...edc, issuer: second.did } } },
    }),
  })
  const start = (file: string): Promise<ServiceProcess> =>
    startProcess(cluster, [
      ...NOT_ELECTED,
      '--participant-address',
      front.template,
      '--config',
      join(folder.path, file),
    ])
  const owned = stack.move()
  return {
    front,
    startPlain: () => start('plain.yaml'),
    startSeeding: () => start('seeding.yaml'),
    async seeded() {
      const { items } = await cluster.kube.list<Participant>(RESOURCES.Participant)
      return new Map(items.map((participant) => [participant.metadata.name, isSeeded(participant)]))
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** With all their components ready, and nobody works on them. */
export async function makeReady(
  ground: SeedingGround,
  profiles: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  await using service = await ground.startPlain()
  const all = Object.entries(profiles).flatMap(([profile, names]) => names.map((name) => [profile, name]))
  for (const [profile, name = ''] of all) await create(service, name, { profile })
  for (const [, name = ''] of all) await untilReady(service, name)
}

function isSeeded(participant: Participant): boolean {
  const conditions = seedConditionsOf(participant)
  return conditions.length > 0 && conditions.every(({ status }) => status === 'True')
}

async function accessTo({ kubeconfig }: BuiltInTestCluster): Promise<Cluster> {
  const { clusters, users } = JSON.parse(await readFile(kubeconfig, 'utf8')) as {
    readonly clusters: readonly { readonly cluster: { readonly server: string } }[]
    readonly users: readonly { readonly user: { readonly token: string } }[]
  }
  return { url: clusters[0]?.cluster.server ?? '', token: users[0]?.user.token ?? '' }
}

async function deadAddress(stack: AsyncDisposableStack, kind: 'silent' | 'refusing'): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
  }
  if (kind === 'silent') stack.defer(close)
  else await close()
  return `http://127.0.0.1:${port}/api/admin`
}
