/**
 * `node bench/events-decision.ts`: what the two ways to the cluster's events cost, on a real API server.
 *
 * One watch of all Warnings against a list of a namespace when somebody asks. Takes about two minutes. CPU times are
 * those of kube-apiserver and etcd, and need Linux.
 */
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { Agent, request } from 'undici'
import { parse } from 'yaml'
import { Api } from '../test/cluster/api.ts'
import { type RealCluster, startControlPlane } from '../test/cluster/control-plane.ts'
import { eventually } from '../test/support/eventually.ts'
import { quantile } from './figure.ts'

const NAMESPACES = 200
const WARNINGS = 2_000
const NORMALS = 18_000
const LISTS = 400
/** At the same time, for filling etcd. */
const WRITERS = 8
const NOT_NORMAL = `fieldSelector=${encodeURIComponent('type!=Normal')}`
/** USER_HZ of Linux. */
const TICKS_PER_SECOND = 100

await using cluster = await startControlPlane({ log: (line) => process.stderr.write(`${line}\n`) })
const token = await tokenOf(cluster)
await using api = new Api({ server: cluster.server, ca: cluster.ca, token })
await using stack = new AsyncDisposableStack()
const agent = stack.adopt(new Agent({ connect: { ca: cluster.ca }, bodyTimeout: 0 }), (one) => one.destroy())
let written = 0

for (let index = 0; index < NAMESPACES; index += 1)
  await api.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: nameOf(index) },
  })

await measure(`write ${WARNINGS / 2} Warnings, nobody watches`, { times: WARNINGS / 2 }, () =>
  write('Warning'),
)
await watchWrites()
await listNamespaces(`list one of ${NAMESPACES} namespaces`)
await using watch = await openWatch()
await measure(`write ${NORMALS / 2} Normal events, one watch`, { times: NORMALS / 2, atOnce: WRITERS }, () =>
  write('Normal'),
)
print('  of which the watch brought', watch.seenAt.size)
watch.stream.destroy()
await measure(
  `write ${NORMALS / 2} Normal events, nobody watches`,
  { times: NORMALS / 2, atOnce: WRITERS },
  () => write('Normal'),
)
await listNamespaces(`list one of ${NAMESPACES} namespaces`)
await listNamespaces('  only its Warnings', `?${NOT_NORMAL}`)
await measure('list all Warnings', { times: 5 }, () => get(`/api/v1/events?${NOT_NORMAL}`))
await measure('list one Warning, for a position', { times: 40 }, () =>
  get(`/api/v1/events?${NOT_NORMAL}&limit=1`),
)
await measure('list one TriggeredScaleUp, of which there are none', { times: 5 }, () =>
  get('/api/v1/events?fieldSelector=reason%3DTriggeredScaleUp&limit=1'),
)
await measure('stream all Warnings (WatchList)', { times: 5 }, streamInitial)

/** The rest of the Warnings, one after the other, and when the watch brings them. */
async function watchWrites(): Promise<void> {
  await using open = await openWatch()
  const sinceSent: number[] = []
  const sinceAnswered: number[] = []
  await measure(`write ${WARNINGS / 2} Warnings, one watch`, { times: WARNINGS / 2 }, async () => {
    const sentAt = performance.now()
    const { name, bytes } = await write('Warning')
    const answeredAt = performance.now()
    const seenAt = await eventually(() => open.seenAt.get(name), { what: `event ${name}` })
    sinceSent.push(seenAt - sentAt)
    sinceAnswered.push(Math.max(0, seenAt - answeredAt))
    return { bytes }
  })
  print('  sent → seen, ms', spread(sinceSent))
  print('  answered → seen, ms', spread(sinceAnswered))
  print('  bytes of the watch per Warning', Math.round(open.bytes() / open.seenAt.size))
}

function listNamespaces(what: string, query = ''): Promise<void> {
  let next = 0
  return measure(what, { times: LISTS }, () => {
    next = (next + 7) % NAMESPACES
    return get(`/api/v1/namespaces/${nameOf(next)}/events${query}`)
  })
}

interface Watch extends AsyncDisposable {
  readonly stream: Readable
  /** By the name of the event. */
  readonly seenAt: ReadonlyMap<string, number>
  readonly bytes: () => number
}

/** From now on, without what was before. */
async function openWatch(): Promise<Watch> {
  const { metadata } = (await api.get('/api/v1/events?limit=1')) as { metadata: { resourceVersion: string } }
  const path = `/api/v1/events?watch=1&resourceVersion=${metadata.resourceVersion}&${NOT_NORMAL}`
  const { body } = await request(`${cluster.server}${path}`, options())
  const seenAt = new Map<string, number>()
  let bytes = 0
  let rest = ''
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    const lines = `${rest}${chunk.toString()}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const { object } = JSON.parse(line) as { object: { metadata: { name: string } } }
      seenAt.set(object.metadata.name, performance.now())
    }
  })
  body.on('error', () => undefined)
  return { stream: body, seenAt, bytes: () => bytes, [Symbol.asyncDispose]: async () => void body.destroy() }
}

/** Until the bookmark that ends the initial events. */
async function streamInitial(): Promise<Done> {
  const path = `/api/v1/events?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&${NOT_NORMAL}`
  const { body, statusCode } = await request(`${cluster.server}${path}`, options())
  if (statusCode !== 200) throw new Error(`${statusCode} ${await body.text()}`)
  body.on('error', () => undefined)
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (chunk.includes('k8s.io/initial-events-end')) break
  }
  body.destroy()
  return { bytes }
}

/** One more event, in the next namespace, of the size that the kubelet's have. */
async function write(type: 'Normal' | 'Warning'): Promise<Done & { readonly name: string }> {
  const index = written
  written += 1
  const namespace = nameOf(index % NAMESPACES)
  const pod = `controlplane-7d9c4b8f6-${String(index).padStart(5, '0')}`
  const time = new Date().toISOString().replace(/\.\d+Z$/u, 'Z')
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${pod}.18a0`, namespace },
    involvedObject: {
      kind: 'Pod',
      namespace,
      name: pod,
      apiVersion: 'v1',
      fieldPath: 'spec.containers{controlplane}',
    },
    type,
    reason: type === 'Normal' ? 'Pulled' : 'Failed',
    message: `Failed to pull image "registry.example/edc/controlplane:1": rpc error: code = NotFound desc = failed to pull and unpack image: not found`,
    source: { component: 'kubelet', host: 'node-1' },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  }
  await api.create(`/api/v1/namespaces/${namespace}/events`, event)
  return { name: event.metadata.name, bytes: 0 }
}

async function get(path: string): Promise<Done> {
  const { body, statusCode } = await request(`${cluster.server}${path}`, options())
  const bytes = (await body.arrayBuffer()).byteLength
  if (statusCode !== 200) throw new Error(`${path}: ${statusCode}`)
  return { bytes }
}

interface Done {
  /** Of the answer. */
  readonly bytes: number
}

/** Does something several times and prints what one time takes. */
async function measure(
  what: string,
  { times, atOnce = 1 }: { readonly times: number; readonly atOnce?: number },
  once: () => Promise<Done>,
): Promise<void> {
  const took: number[] = []
  let bytes = 0
  let left = times
  const cpuBefore = await cpuMs()
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const startedAt = performance.now()
      bytes += (await once()).bytes
      took.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const cpu = ((await cpuMs()) - cpuBefore) / times
  print(`${what}, ${written} events in all`, {
    ...spread(took),
    bytes: Math.round(bytes / times),
    cpuMs: round(cpu),
  })
}

async function cpuMs(): Promise<number> {
  const asked = cluster.processes.filter(({ name }) => name === 'etcd' || name === 'kube-apiserver')
  const ticks = await Promise.all(asked.map(({ pid }) => ticksOf(pid)))
  return (ticks.reduce((sum, one) => sum + one, 0) * 1000) / TICKS_PER_SECOND
}

/** utime and stime of proc_pid_stat(5), after the name of the command, which may hold spaces. */
async function ticksOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

async function tokenOf({ kubeconfig }: Pick<RealCluster, 'kubeconfig'>): Promise<string> {
  const { users } = parse(await readFile(kubeconfig, 'utf8')) as { users: { user: { token: string } }[] }
  return users[0]?.user.token ?? ''
}

function options(): { dispatcher: Agent; headers: Record<string, string> } {
  return { dispatcher: agent, headers: { authorization: `Bearer ${token}` } }
}

function nameOf(index: number): string {
  return `bench-${String(index).padStart(3, '0')}`
}

function spread(values: readonly number[]): { readonly p50: number; readonly p99: number } {
  return { p50: round(quantile(values, 0.5)), p99: round(quantile(values, 0.99)) }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function print(what: string, said: unknown): void {
  console.log(`${what.padEnd(75)} ${JSON.stringify(said)}`)
}
