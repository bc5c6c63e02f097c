/** Starts a real Kubernetes cluster of one node: the control plane, kubelet, containerd, kube-proxy, CoreDNS, volumes, a gateway. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { selfSigned } from '../../support/self-signed.ts'
import { Api } from '../api.ts'
import { buildBinaries } from '../build.ts'
import { etcdCommand, schedulerCommand, serverCertificateOf, signingKeyOf, tokenFileOf } from '../commands.ts'
import type { ControlPlaneOptions, RealCluster } from '../control-plane.ts'
import {
  drawSigningKey,
  drawTokens,
  kubeconfigFileOf,
  renderTokenFile,
  type Tokens,
  writeKubeconfigs,
} from '../credentials.ts'
import { ProcessGroup } from '../process-group.ts'
import { type ClusterProcess, endProcesses } from '../processes.ts'
import { applyCrds, applyObjects, areCrdsServed, areNodesReady } from '../setup.ts'
import { type ClusterState, writeState } from '../state.ts'
import { makeCgroup } from './cgroups.ts'
import { clearNode } from './clear.ts'
import {
  apiServerAddress,
  apiServerCommand,
  companionCommand,
  controllerManagerCommand,
  corednsCommand,
  ETCD,
  kubeletCommand,
  proxyCommand,
} from './commands.ts'
import { isAnswering } from './containerd.ts'
import { companionAccessOf, configOf, kubeletClientOf, nodeFiles, socketOf, volumesOf } from './files.ts'
import { buildImages, type Images, type ImagesOptions } from './images/build.ts'
import { copyStore } from './images/store.ts'
import { furnish, type Namespaces, openNamespaces, requireVisible } from './namespaces.ts'
import { claimNetwork, type NodeNetwork } from './network.ts'
import { nodeProfile } from './profiles.ts'
import { requireMachine } from './requirements.ts'

export interface RealNode extends Omit<RealCluster, 'auditLog'> {
  readonly network: NodeNetwork
  /** Folder of the volumes that claims have. */
  readonly volumes: string
  /** A configuration file for the provisioner, whose default profile has the images of this node. */
  readonly config: string
  /** Of containerd; `ctr -a SOCKET -n k8s.io` shows what runs. */
  readonly socket: string
}

export interface RealNodeOptions extends Pick<ControlPlaneOptions, 'dir' | 'log' | 'detached' | 'signal'> {
  /** What containerd is given before anything is started. */
  readonly images: Images
}

/** The images of participants and of the program, built where that is needed. Throws a sentence when something is missing. */
export async function imagesForNode(options: ImagesOptions): Promise<Images> {
  requireMachine()
  return buildImages(options)
}

/** All that the steps of a start share. */
interface Start {
  readonly dir: string
  readonly group: ProcessGroup
  readonly namespaces: Namespaces
  readonly network: NodeNetwork
  readonly tokens: Tokens
  readonly log: (done: string) => void
}

/**
 * Returns when the node takes pods. Builds the binaries first if they are not there yet.
 *
 * Disposing ends every process and container, and leaves nothing on this machine. Throws a sentence when something is
 * missing, or with the last lines of the log of the process that failed, and then has left nothing either.
 */
export async function startRealNode({
  log = () => undefined,
  detached = false,
  images,
  ...options
}: RealNodeOptions): Promise<RealNode & AsyncDisposable> {
  requireMachine()
  const { testcluster, kubectl } = await buildBinaries({ log, signal: options.signal })
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'dataspace-node-')))
  requireVisible(dir)
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  await mkdir(dir, { recursive: true, mode: 0o700 })

  const state: ClusterState = {
    ready: false,
    processes: [],
    kubeconfig: kubeconfigFileOf(dir, 'admin'),
    kubectl,
  }
  let node: Opened | undefined
  const record = (ready: boolean, started: readonly ClusterProcess[]): Promise<void> =>
    writeState(dir, { ...state, ...recordOf(started, node), ready })
  const onStart = (all: readonly ClusterProcess[]): Promise<void> => record(false, all)
  const group = stack.use(new ProcessGroup({ ...options, dir, testcluster, detached, onStart }))
  node = stack.use(await openNode(group, dir))

  const start = { dir, group, ...node, tokens: drawTokens(), log: sayingWhen(log) }
  const access = await bringUp(start, images)
  const { processes } = group
  await record(true, processes)
  const ended = stack.move()
  return {
    ...access,
    dir,
    kubeconfig: state.kubeconfig,
    kubeconfigOf: (user) => kubeconfigFileOf(dir, user),
    kubectl,
    processes,
    network: node.network,
    volumes: volumesOf(dir),
    config: configOf(dir),
    socket: socketOf(dir),
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  }
}

interface Opened {
  readonly namespaces: Namespaces
  readonly network: NodeNetwork
}

async function openNode(group: ProcessGroup, dir: string): Promise<Opened & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const namespaces = await openNamespaces(group, dir)
  const first = firstOf(namespaces)
  stack.defer(() => endProcesses([first], { dir }))
  const network = await claimNetwork(namespaces.pid)
  stack.defer(() => clearNode(network, { dir, first }))
  await makeCgroup(network.name)
  await furnish(namespaces, dir, network)
  const ended = stack.move()
  return { namespaces, network, [Symbol.asyncDispose]: () => ended.disposeAsync() }
}

/** The first process stands last in the list, and so is ended before those that end with it. */
function recordOf(
  started: readonly ClusterProcess[],
  node: Opened | undefined,
): Pick<ClusterState, 'processes' | 'network'> {
  if (node === undefined) return { processes: started }
  return { processes: [...started, firstOf(node.namespaces)], network: node.network }
}

const firstOf = ({ pid }: Namespaces): ClusterProcess => ({ name: 'node', pid })

function sayingWhen(log: (line: string) => void): (done: string) => void {
  const begin = performance.now()
  return (done) => log(`${done} after ${((performance.now() - begin) / 1000).toFixed(1)} s`)
}

async function bringUp(start: Start, images: Images): Promise<{ server: string; ca: string }> {
  const { log, group } = start
  await writeFiles(start)
  await writeFile(configOf(start.dir), stringify({ profiles: { default: nodeProfile(images) } }))
  const [access] = await Promise.all([startControlPlane(start), startContainerd(start, images)])
  await using api = new Api({ ...access, token: start.tokens.admin })
  await startServices(start, access)
  await applyObjects(api, join(import.meta.dirname, 'objects.yaml'))
  const wait = { what: 'the node to be ready', withinMs: 120_000, process: 'kubelet' }
  await group.waitFor(wait, () => areNodesReady(api))
  log('node ready')
  return access
}

async function writeFiles({ dir, network, tokens }: Start): Promise<void> {
  const client = await selfSigned('kube-apiserver')
  const { cert, key } = kubeletClientOf(dir)
  const files = {
    [tokenFileOf(dir)]: renderTokenFile(tokens),
    [signingKeyOf(dir)]: drawSigningKey(),
    [cert]: client.cert,
    [key]: client.key,
    ...Object.fromEntries(
      Object.entries(nodeFiles(dir, network)).map(([name, text]) => [join(dir, name), text]),
    ),
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text, { mode: 0o600 })
  }
}

async function startContainerd(
  { dir, group, namespaces, log }: Start,
  { store, images }: Images,
): Promise<void> {
  await copyStore(store, join(dir, 'containerd'))
  await group.run('containerd', [
    ...namespaces.launcher,
    'containerd',
    `--config=${join(dir, 'containerd.toml')}`,
  ])
  const wait = { what: 'containerd to answer', withinMs: 30_000, process: 'containerd' }
  await group.waitFor(wait, () => isAnswering(socketOf(dir)))
  log(`containerd ready with ${Object.keys(images).length} images`)
}

async function startControlPlane({
  dir,
  group,
  namespaces,
  network,
  tokens,
  log,
}: Start): Promise<{ server: string; ca: string }> {
  const { launcher } = namespaces
  await group.start('etcd', etcdCommand(dir, ETCD), launcher)
  await group.start('kube-apiserver', apiServerCommand(dir, network), launcher)
  const server = apiServerAddress(network)
  let ca = ''
  const until = (what: string, check: () => Promise<boolean>): Promise<void> =>
    group.waitFor({ what, withinMs: 120_000, process: 'kube-apiserver' }, check)
  await until('the API server to be ready', async () => {
    ca = await readFile(serverCertificateOf(dir), 'utf8')
    await using api = new Api({ server, ca, token: tokens.admin })
    return (await api.statusOf('/readyz')) === 200
  })
  log('API server ready')
  await writeKubeconfigs(dir, { server, ca, tokens })
  // Before the controllers: their garbage collector looks for new kinds only every 30 s.
  await using api = new Api({ server, ca, token: tokens.admin })
  await applyCrds(api)
  await until('the custom resources to be served', () => areCrdsServed(api))
  log('custom resources established')
  return { server, ca }
}

async function startServices(
  { dir, group, namespaces: { launcher }, network, tokens }: Start,
  access: object,
): Promise<void> {
  await group.start('kube-controller-manager', controllerManagerCommand(dir), launcher)
  await group.start('kube-scheduler', schedulerCommand(dir), launcher)
  await group.start('kubelet', kubeletCommand(dir, network), launcher)
  await group.start('kube-proxy', proxyCommand(dir), launcher)
  await group.start('coredns', corednsCommand(dir), launcher)
  await writeFile(companionAccessOf(dir), JSON.stringify({ ...access, token: tokens.admin }), { mode: 0o600 })
  await group.run('companion', [...launcher, ...companionCommand(dir, network)])
}
