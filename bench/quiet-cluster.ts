/** A real API server without the rest of its cluster: what it gets done is then what is measured. */
import type { Kube } from '../src/kube/kube.ts'
import { startControlPlane } from '../test/cluster/control-plane.ts'
import { kubeOf } from '../test/integration/test-cluster.ts'

export interface QuietCluster extends AsyncDisposable {
  readonly kubeconfig: string
  readonly kube: Kube
}

/** Longer than anything that is measured: nodes are not heard of meanwhile. */
const NODE_GRACE_SECONDS = 3_600

/**
 * All parts are started, then those that act upon what is written are stopped. On the same two cores they would take four
 * fifths of the time, for 1,000 participants' pods and what becomes of them, that a cluster spends on machines of their own.
 */
export async function openQuietCluster(): Promise<QuietCluster> {
  await using stack = new AsyncDisposableStack()
  const cluster = stack.use(await startControlPlane({ nodeGraceSeconds: NODE_GRACE_SECONDS }))
  const { kubeconfig, processes } = cluster
  const others = processes.filter(({ name }) => name !== 'etcd' && name !== 'kube-apiserver')
  const signal = (wish: NodeJS.Signals): void => others.forEach(({ pid }) => process.kill(pid, wish))
  const kube = stack.use(await kubeOf(kubeconfig, 'dataspace-provisioner-bench/0'))
  signal('SIGSTOP')
  // Disposed first of all: what is stopped does not hear that it is to end.
  stack.defer(() => signal('SIGCONT'))
  const owned = stack.move()
  return {
    kubeconfig,
    kube,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
