/** The PostgreSQL of one participant, from the manifests: prepared and served as in its pod. */
import type { RuntimeName } from '../../../src/manifests/addresses.ts'
import { openPostgresPod } from '../../support/postgres-pod.ts'
import { type LocalParticipant, manifestsOf } from './environment.ts'

export interface Postgres extends AsyncDisposable {
  readonly port: number
}

/** `passwords` by the name of role and database. */
export async function startPostgres(
  participant: LocalParticipant,
  passwords: Readonly<Record<RuntimeName, string>>,
): Promise<Postgres> {
  await using stack = new AsyncDisposableStack()
  const pod = stack.use(await openPostgresPod(manifestsOf(participant)))
  const files = Object.entries(passwords).map(([name, password]) => [`${name}-password`, password])
  await pod.mount('/run/credentials', { 'admin-password': 'unused', ...Object.fromEntries(files) })
  if ((await pod.prepare()) !== 0) throw new Error(`PostgreSQL could not be prepared:\n${pod.said}`)
  const { port } = stack.use(await pod.serve())
  const owned = stack.move()
  return { port, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
