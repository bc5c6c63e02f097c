import { eventually } from '../support/eventually.ts'
/** Several processes of the program on one cluster, each through a door that tells what it wrote. */
import { type KubeProxy, openKubeProxy } from '../support/kube-proxy.ts'
import { type ServiceProcess, startProcess } from './process.ts'
import type { TestCluster } from './test-cluster.ts'

export interface Replica extends ServiceProcess {
  readonly door: KubeProxy
  /** Who leads, in its own words; undefined when it does not answer. */
  readonly story: () => Promise<string | undefined>
}

/** One that competes for the lead, ready to answer. */
export async function startReplica(cluster: TestCluster): Promise<Replica> {
  await using stack = new AsyncDisposableStack()
  const door = stack.use(await openKubeProxy(cluster.kubeconfig))
  const settings = [...(cluster.settings ?? [])]
  const child = stack.use(await startProcess({ kubeconfig: door.kubeconfig, settings }, []))
  const owned = stack.move()
  return {
    ...child,
    door,
    async story() {
      const answer = await fetch(`${child.url}/readyz?verbose`).catch(() => undefined)
      return /leader-election ok: (?<story>.+)/u.exec((await answer?.text()) ?? '')?.groups?.['story']
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export async function untilLeads(replica: Replica): Promise<void> {
  await eventually(async () => (await replica.story()) === 'this process leads', {
    what: 'a process to lead',
    withinMs: 30_000,
  })
}

/** When it first wrote into a participant's namespace, or made one: `performance.now()`. */
export async function firstReconcilingWrite({ door }: Replica): Promise<number> {
  const { atMs } = await eventually(() => door.writes.find(({ path }) => path.includes('/namespaces')), {
    what: 'a process to reconcile',
    withinMs: 30_000,
  })
  return atMs
}
