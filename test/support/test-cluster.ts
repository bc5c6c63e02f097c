/** A built-in cluster of its own for one test, with a client. */
import { openCredentials } from '../../src/kube/credentials.ts'
import type { Kube } from '../../src/kube/kube.ts'
import { openCluster } from '../../src/simulator/cluster.ts'
import { FAST_TIMING } from '../../src/simulator/controllers/timing.ts'
import { openKubeAt } from './kube-at.ts'

export interface TestCluster extends AsyncDisposable {
  readonly kube: Kube
}

export async function openTestCluster(): Promise<TestCluster> {
  await using stack = new AsyncDisposableStack()
  const { url } = stack.use(await openCluster({ timing: FAST_TIMING }))
  const credentials = await openCredentials({ kind: 'direct', server: url }, { now: () => performance.now() })
  const { kube } = stack.use(await openKubeAt(url, { credentials }))
  const owned = stack.move()
  return { kube, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
