/** Opens the cluster for a command that asks and ends: the one that `serve` would work on with the same settings. */
import { type ClusterSource, openSource } from './cluster-source.ts'
import type { ClusterChoice } from './config/config.ts'
import { type KubeOptions, openKube } from './kube/client.ts'
import { openCredentials } from './kube/credentials.ts'
import type { Kube } from './kube/kube.ts'
import type { Log } from './model/log.ts'

/** The report of the command tells what went wrong; a log beside it would tell it twice. */
const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Somebody waits for the answer. */
const TUNING = { deadlineMs: 15_000, maxAttempts: 3 }

export interface OneShot extends Pick<ClusterSource, 'builtIn'> {
  readonly kube: Kube
  /** For whatever else talks to the same server. */
  readonly options: Pick<KubeOptions, 'credentials' | 'userAgent' | 'random' | 'log'>
}

/** Throws `CredentialsError`; nothing is sent yet. All connections, and the built-in cluster, end with the stack. */
export async function openOneShot(
  stack: AsyncDisposableStack,
  cluster: ClusterChoice,
  userAgent: string,
): Promise<OneShot> {
  const { source, builtIn } = await openSource(stack, cluster, silent)
  const credentials = await openCredentials(source, { now: () => performance.now() })
  const options = { credentials, userAgent, random: Math.random, log: silent }
  const kube = stack.use(openKube({ ...options, tuning: TUNING }))
  return { kube, options, ...(builtIn && { builtIn }) }
}
