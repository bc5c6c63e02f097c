/** Turns the choice of a cluster into something to log in to; the built-in one is started. */
import type { ClusterChoice } from './config/config.ts'
import type { CredentialsSource } from './kube/credentials.ts'
import type { Log } from './model/log.ts'
import { type BuiltInCluster, openCluster } from './simulator/cluster.ts'

export interface ClusterSource {
  readonly source: CredentialsSource
  /** Closed with the stack. */
  readonly builtIn?: BuiltInCluster
}

export async function openSource(
  stack: AsyncDisposableStack,
  choice: ClusterChoice,
  log: Log,
): Promise<ClusterSource> {
  switch (choice.kind) {
    case 'in-cluster':
      return { source: choice }
    case 'kubeconfig':
      return { source: { kind: 'kubeconfig', paths: choice.path } }
    case 'built-in': {
      const builtIn = stack.use(await openCluster({ log }))
      return { source: { kind: 'direct', server: builtIn.url }, builtIn }
    }
  }
}
