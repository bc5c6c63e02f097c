/** `npm run cluster:up`: starts a test cluster that stays, or says how to use the one that is up. */
import { startControlPlane } from './control-plane.ts'
import { alone, clear, commandFor, type NamedCluster, readArguments } from './named.ts'
import { DATASPACE_DOMAIN } from './node/files.ts'
import { imagesForNode, startRealNode } from './node/real-node.ts'
import { requireMachine } from './node/requirements.ts'
import { isOurs, logFileOf } from './processes.ts'
import { type ClusterState, readState } from './state.ts'

try {
  const cluster = readArguments(process.argv.slice(2), 'up')
  if (cluster.realNode) requireMachine()
  await alone(cluster, () => up(cluster))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function up(cluster: NamedCluster): Promise<void> {
  const state = await readState(cluster.dir)
  if (state?.ready === true) {
    requireWhole(cluster, state)
    console.log(`cluster "${cluster.name}" is up already`)
    return printUse(cluster, state)
  }
  if (state !== undefined) await clear(cluster, state)
  console.log(`starting cluster "${cluster.name}"`)
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () =>
      interrupted.abort(new Error(`the start of cluster "${cluster.name}" was interrupted`)),
    )
  const options = {
    dir: cluster.dir,
    detached: true,
    log: (line: string) => console.log(`  ${line}`),
    signal: interrupted.signal,
  }
  if (!cluster.realNode) return printUse(cluster, await startControlPlane(options))
  const { config, ...started } = await startRealNode({ ...options, images: await imagesForNode(options) })
  printUse(cluster, started)
  console.log(`go on with: npm start -- --kubeconfig ${started.kubeconfig} --config ${config}
  and give participants the kubeHost ${DATASPACE_DOMAIN}, so that they reach each other`)
}

/** A cluster that lost a process, by a crash or a restart of the machine, is not mended: its data may be wanted. */
function requireWhole(cluster: NamedCluster, { processes }: ClusterState): void {
  const ended = processes.filter((one) => !isOurs(one, cluster.dir)).map(({ name }) => name)
  if (ended.length === 0) return
  const logs = ended.map((name) => logFileOf(cluster.dir, name)).join(', ')
  throw new Error(
    `cluster "${cluster.name}" is not whole: ${ended.join(', ')} ended by itself (see ${logs}); run \`${commandFor(cluster, 'down')}\`, then up again`,
  )
}

function printUse(
  cluster: NamedCluster,
  { kubeconfig, kubectl }: Pick<ClusterState, 'kubeconfig' | 'kubectl'>,
): void {
  console.log(`kubeconfig: ${kubeconfig}
  export KUBECONFIG=${kubeconfig}
kubectl:    ${kubectl}
stop with:  ${commandFor(cluster, 'down')}`)
}
