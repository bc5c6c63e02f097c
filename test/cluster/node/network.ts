/** The addresses of a node: a link between this machine and the node's own network, and room for its pods behind it. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** So many nodes fit on a machine. */
const PLACES = 64

export interface NodeNetwork {
  /** Of the link at this machine's end, and of the node's control group. Different for all nodes of a machine. */
  readonly name: string
  /** This machine, as the node and its pods reach it. */
  readonly machine: string
  /** The node: API server, kubelet, DNS. */
  readonly node: string
  /** Of the pods, in CIDR notation. This machine has a route to them. */
  readonly pods: string
}

/** Only inside the node's network, so all nodes may have the same. */
export const SERVICES = '10.96.0.0/16'

function networkAt(place: number): NodeNetwork {
  return {
    name: `dsp-node-${place}`,
    machine: `10.245.${place}.1`,
    node: `10.245.${place}.2`,
    pods: `10.244.${place}.0/24`,
  }
}

/**
 * Takes the first place whose addresses nobody uses, by making the link to the network namespace of process `pid`. The link
 * goes when {@link releaseNetwork} removes it, or with that process. Throws a sentence when there is no place.
 */
export async function claimNetwork(pid: number): Promise<NodeNetwork> {
  const used = await usedRanges()
  for (let place = 0; place < PLACES; place += 1) {
    const network = networkAt(place)
    const wanted = [network.pods, `${network.machine}/30`].map(rangeOf)
    if (wanted.some((one) => used.some((other) => overlap(one, other)))) continue
    if (await makeLink(network, pid)) return network
  }
  throw new Error(
    `a node needs addresses below 10.244 and 10.245, and all ${PLACES} places are taken: end other nodes (npm run cluster:down), or see \`ip route\` for who has a route there`,
  )
}

export async function releaseNetwork(name: string): Promise<void> {
  await run('ip', ['link', 'delete', name]).catch(() => undefined)
}

/** False when somebody else has just taken this place. */
async function makeLink({ name, machine, node, pods }: NodeNetwork, pid: number): Promise<boolean> {
  const peer = ['peer', 'name', 'eth0', 'netns', String(pid)]
  try {
    await run('ip', ['link', 'add', name, 'type', 'veth', ...peer])
  } catch (error) {
    if (error instanceof Error && error.message.includes('File exists')) return false
    throw error
  }
  await run('ip', ['address', 'add', `${machine}/30`, 'dev', name])
  await run('ip', ['link', 'set', name, 'up'])
  await run('ip', ['route', 'add', pods, 'via', node])
  return true
}

/** What has to be said to `ip -batch` inside of the node. */
export function linesWithin({ machine, node }: NodeNetwork): string {
  return [
    'link set lo up',
    `address add ${node}/30 dev eth0`,
    'link set eth0 up',
    `route add default via ${machine}`,
    '',
  ].join('\n')
}

interface Range {
  readonly first: number
  readonly last: number
}

/** Default routes lead everywhere and claim nothing. */
async function usedRanges(): Promise<readonly Range[]> {
  const { stdout } = await run('ip', ['-4', '-json', 'route', 'show', 'table', 'all'])
  const routes = JSON.parse(stdout) as readonly { readonly dst: string }[]
  return routes.filter(({ dst }) => /^[0-9]/u.test(dst) && dst !== '0.0.0.0/0').map(({ dst }) => rangeOf(dst))
}

function rangeOf(cidr: string): Range {
  const [address = '', bits = '32'] = cidr.split('/')
  const size = 2 ** (32 - Number(bits))
  const number = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
  const first = Math.floor(number / size) * size
  return { first, last: first + size - 1 }
}

function overlap(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last
}
