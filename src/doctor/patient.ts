/** Opens what the checks ask: the cluster that `serve` would work on with the same settings. */
import { openSource } from '../cluster-source.ts'
import type { Config } from '../config/config.ts'
import { openKube } from '../kube/client.ts'
import { openCredentials } from '../kube/credentials.ts'
import { openInspection } from '../kube/inspection.ts'
import type { Log } from '../model/log.ts'
import type { Patient } from './finding.ts'

/** The report tells what went wrong; a log beside it would tell it twice. */
const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Somebody waits for the answer. */
const TUNING = { deadlineMs: 15_000, maxAttempts: 3 }

/** Throws `CredentialsError`; nothing is sent yet. Disposing ends all connections, and the built-in cluster. */
export async function openPatient(config: Config, version: string): Promise<Patient & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const { source } = await openSource(stack, config.cluster, silent)
  const credentials = await openCredentials(source, { now: () => performance.now() })
  const userAgent = `dataspace-provisioner/${version} (doctor)`
  const options = { credentials, userAgent, random: Math.random, log: silent }
  const kube = stack.use(openKube({ ...options, tuning: TUNING }))
  const inspection = stack.use(openInspection(options))
  const { leadership, profiles } = config
  const owned = stack.move()
  return {
    kube,
    inspection,
    cluster: config.cluster.kind === 'built-in' ? 'the built-in cluster' : credentials.describe(),
    namespace: leadership.kind === 'elected' ? leadership.namespace : undefined,
    profiles,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
