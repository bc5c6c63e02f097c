import { openSource } from '../cluster-source.ts'
/** Opens the cluster that `serve` would work on with the same settings; without one, an empty built-in one. */
import type { Config } from '../config/config.ts'
import { openKube } from '../kube/client.ts'
import { openCredentials } from '../kube/credentials.ts'
import type { Log } from '../model/log.ts'
import type { Subject } from './command.ts'

/** What goes wrong is told once, by the command. */
const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Somebody waits for the answer. */
const TUNING = { deadlineMs: 15_000, maxAttempts: 3 }

/** Throws `CredentialsError`; nothing is sent yet. Disposing ends all connections, and the built-in cluster. */
export async function openSubject({ cluster, profiles }: Config, version: string): Promise<Subject> {
  await using stack = new AsyncDisposableStack()
  const { source, builtIn } = await openSource(stack, cluster, silent)
  const credentials = await openCredentials(source, { now: () => performance.now() })
  const kube = stack.use(
    openKube({
      credentials,
      userAgent: `dataspace-provisioner/${version} (plan)`,
      random: Math.random,
      log: silent,
      tuning: TUNING,
    }),
  )
  const owned = stack.move()
  return {
    kube,
    profiles,
    cluster: builtIn === undefined ? credentials.describe() : 'an empty cluster',
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
