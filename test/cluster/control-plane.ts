/** Starts a real Kubernetes control plane with simulated nodes: etcd, API server, controllers, scheduler, KWOK. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Api } from './api.ts'
import { auditPolicy } from './audit.ts'
import { buildBinaries } from './build.ts'
import {
  apiServerCommand,
  auditLogOf,
  auditPolicyOf,
  controllerManagerCommand,
  etcdCommand,
  kwokCommand,
  schedulerCommand,
  serverCertificateOf,
  signingKeyOf,
  tokenFileOf,
} from './commands.ts'
import {
  type ClusterUser,
  drawSigningKey,
  drawTokens,
  kubeconfigFileOf,
  renderTokenFile,
  writeKubeconfigs,
} from './credentials.ts'
import { freePorts } from './ports.ts'
import { ProcessFailedError, ProcessGroup } from './process-group.ts'
import type { ClusterProcess } from './processes.ts'
import { applyCrds, applyObjects, areCrdsServed, areNodesReady, arePoliciesInForce } from './setup.ts'
import { writeState } from './state.ts'

export interface RealCluster {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string
  /** The certificate that the server's is signed with, PEM. */
  readonly ca: string
  /** Data, logs (`NAME.log`) and credentials; goes with the cluster. */
  readonly dir: string
  /** Path of the admin's kubeconfig. */
  readonly kubeconfig: string
  /** Path of the kubeconfig of this user. */
  readonly kubeconfigOf: (user: ClusterUser) => string
  /** Path of a kubectl of the server's version. */
  readonly kubectl: string
  /** Path of the log of `auditedUser`. */
  readonly auditLog: string
  readonly processes: readonly ClusterProcess[]
}

export interface ControlPlaneOptions {
  /** Created if missing, removed with the cluster. Default: a new folder among the system's temporary ones. */
  readonly dir?: string
  /** Gets a short line about each thing done. Default: nobody. */
  readonly log?: (line: string) => void
  /** The cluster outlives this process; whoever wants to end it reads `state.json` in its folder. Default false. */
  readonly detached?: boolean
  /** A node that is silent for so long is lost. Default 300; every simulated node reports each 2 to 3 s. */
  readonly nodeGraceSeconds?: number
  /** The API server writes down every call of this user, in {@link RealCluster.auditLog}. */
  readonly auditedUser?: string
  /** Gives up the start; nothing is left. */
  readonly signal?: AbortSignal
}

/** All that the steps of a start share. */
interface Start {
  readonly dir: string
  readonly group: ProcessGroup
  readonly log: (done: string) => void
  readonly nodeGraceSeconds: number | undefined
  readonly auditedUser: string | undefined
}

/**
 * Returns when pods, claims, namespaces and Participants work. Builds the binaries first if they are not there yet.
 *
 * Disposing ends every process and removes the folder. Throws with the last lines of the log of the process that failed,
 * and then has left nothing either.
 */
export async function startControlPlane({
  log = () => undefined,
  detached = false,
  ...options
}: ControlPlaneOptions = {}): Promise<RealCluster & AsyncDisposable> {
  const { testcluster, kubectl } = await buildBinaries({ log, signal: options.signal })
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'dataspace-cluster-')))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  await mkdir(dir, { recursive: true, mode: 0o700 })

  const kubeconfig = kubeconfigFileOf(dir, 'admin')
  const record = (ready: boolean, processes: readonly ClusterProcess[]): Promise<void> =>
    writeState(dir, { ready, processes, kubeconfig, kubectl })
  const group = stack.use(
    new ProcessGroup({ ...options, dir, testcluster, detached, onStart: (all) => record(false, all) }),
  )
  const begin = performance.now()
  const seconds = (): string => ((performance.now() - begin) / 1000).toFixed(1)
  const { nodeGraceSeconds, auditedUser } = options
  const say = (done: string): void => log(`${done} after ${seconds()} s`)
  const access = await bringUp({ dir, group, nodeGraceSeconds, auditedUser, log: say })
  const { processes } = group
  await record(true, processes)

  const ended = stack.move()
  return {
    ...access,
    dir,
    kubeconfig,
    kubeconfigOf: (user) => kubeconfigFileOf(dir, user),
    kubectl,
    auditLog: auditLogOf(dir),
    processes,
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  }
}

async function bringUp(start: Start): Promise<{ server: string; ca: string }> {
  const { dir, group, log, nodeGraceSeconds, auditedUser } = start
  const tokens = drawTokens()
  await writeFile(tokenFileOf(dir), renderTokenFile(tokens), { mode: 0o600 })
  await writeFile(signingKeyOf(dir), drawSigningKey(), { mode: 0o600 })

  if (auditedUser !== undefined) await writeFile(auditPolicyOf(dir), auditPolicy(auditedUser))
  const server = await startApiServer(start, { etcd: await startEtcd(start), token: tokens.admin })
  log('API server ready')
  const ca = await readFile(serverCertificateOf(dir), 'utf8')
  await writeKubeconfigs(dir, { server, ca, tokens })
  await using api = new Api({ server, ca, token: tokens.admin })
  const until = (what: string, check: () => Promise<boolean>, process = 'kube-apiserver'): Promise<void> =>
    group.waitFor({ what, withinMs: 120_000, process }, check)

  // Before the controllers: their garbage collector looks for new kinds only every 30 s.
  await applyCrds(api)
  await until('the custom resources to be served', () => areCrdsServed(api))
  log('custom resources established')

  await group.start('kube-controller-manager', controllerManagerCommand(dir, { nodeGraceSeconds }))
  await group.start('kube-scheduler', schedulerCommand(dir))
  await group.start('kwok', kwokCommand(dir))
  await applyObjects(api, join(import.meta.dirname, 'objects.yaml'))
  await until('the nodes to be ready', () => areNodesReady(api), 'kwok')
  await until('pods to be admitted', () => arePoliciesInForce(api), 'kube-controller-manager')
  log('nodes and policies ready')
  return { server, ca }
}

/** Answers its URL. */
async function startEtcd({ dir, group }: Start): Promise<string> {
  const url = (port: number): string => `http://127.0.0.1:${port}`
  const [port = 0] = await onFreePorts(group, 2, async ([clients = 0, peers = 0]) => {
    await group.start('etcd', etcdCommand(dir, { clients, peers }))
    await using api = new Api({ server: url(clients) })
    const wait = { what: 'etcd to be ready', withinMs: 60_000, process: 'etcd' }
    await group.waitFor(wait, async () => (await api.statusOf('/health')) === 200)
  })
  return url(port)
}

/** Answers its URL. */
async function startApiServer(
  { dir, group, auditedUser }: Start,
  options: { etcd: string; token: string },
): Promise<string> {
  const url = (port: number): string => `https://127.0.0.1:${port}`
  const [port = 0] = await onFreePorts(group, 1, async ([securePort = 0]) => {
    const audited = auditedUser !== undefined
    const command = apiServerCommand(dir, { port: securePort, etcd: options.etcd, audited })
    await group.start('kube-apiserver', command)
    const wait = { what: 'the API server to be ready', withinMs: 120_000, process: 'kube-apiserver' }
    await group.waitFor(wait, async () => {
      const ca = await readFile(serverCertificateOf(dir), 'utf8')
      await using api = new Api({ server: url(securePort), ca, token: options.token })
      return (await api.statusOf('/readyz')) === 200
    })
  })
  return url(port)
}

/** Tries other ports when somebody took one between its choice and its use. */
async function onFreePorts(
  group: ProcessGroup,
  count: number,
  start: (ports: readonly number[]) => Promise<void>,
): Promise<readonly number[]> {
  for (let attempt = 1; ; attempt += 1) {
    const ports = await freePorts(count)
    try {
      await start(ports)
      return ports
    } catch (error) {
      const taken = error instanceof ProcessFailedError && error.message.includes('address already in use')
      if (!taken || attempt === 5) throw error
      group.forgetEnded()
    }
  }
}
