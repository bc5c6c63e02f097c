/** Opens what would be changed: the cluster that `serve` would work on with the same settings; without one, an empty built-in one. */
import type { Config } from '../config/config.ts'
import { openOneShot } from '../one-shot.ts'
import type { Subject } from './command.ts'

/** Throws `CredentialsError`; nothing is sent yet. Disposing ends all connections, and the built-in cluster. */
export async function openSubject({ cluster, profiles }: Config, version: string): Promise<Subject> {
  await using stack = new AsyncDisposableStack()
  const userAgent = `dataspace-provisioner/${version} (plan)`
  const { kube, options, builtIn } = await openOneShot(stack, cluster, userAgent)
  const owned = stack.move()
  return {
    kube,
    profiles,
    cluster: builtIn === undefined ? options.credentials.describe() : 'an empty cluster',
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
