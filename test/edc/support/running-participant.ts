/** All of one participant: PostgreSQL, a vault of its own, and the three runtimes. */
import type { RuntimeName } from '../../../src/manifests/addresses.ts'
import { openFolder } from '../../support/folder.ts'
import { type LocalParticipant, localParticipant } from './environment.ts'
import { openBao } from './openbao.ts'
import { openVaultOf } from './opened-vault.ts'
import { environmentOf, newKeys, Seeding } from './participant.ts'
import { startPostgres } from './postgres.ts'
import { startRuntime } from './runtime.ts'
import type { ServerProcess } from './server-process.ts'

export interface RunningParticipant extends AsyncDisposable {
  readonly participant: LocalParticipant
  readonly seeding: Seeding
  /** SIGTERM, and started again with the same settings. */
  restart(runtime: RuntimeName): Promise<void>
}

export interface ParticipantOptions {
  readonly name: string
  readonly trustedIssuers: readonly string[]
}

const RUNTIMES = ['identityhub', 'controlplane', 'dataplane'] as const

/** All three are started at once, as a cluster does. */
export async function runParticipant({
  name,
  trustedIssuers,
}: ParticipantOptions): Promise<RunningParticipant> {
  await using stack = new AsyncDisposableStack()
  const participant = await localParticipant(name, { trustedIssuers, sharesVault: true })
  const keys = newKeys()
  const folder = stack.use(await openFolder())
  const postgres = stack.use(await startPostgres(participant, keys.databases))
  const bao = stack.use(await openBao(folder))
  await bao.start()
  await stack.use(await openVaultOf(participant, keys, bao.url)).open()
  const servers = new Map<RuntimeName, ServerProcess>()
  stack.defer(async () => void (await Promise.all([...servers.values()].map((server) => server.stop()))))

  const environments = new Map(
    RUNTIMES.map((runtime) => {
      const additions = {
        EDC_VAULT_HASHICORP_URL: bao.url,
        EDC_DATASOURCE_DEFAULT_URL: `jdbc:postgresql://127.0.0.1:${postgres.port}/${runtime}`,
      }
      return [runtime, environmentOf(participant, runtime, { keys, additions })] as const
    }),
  )
  const start = async (runtime: RuntimeName): Promise<void> => {
    const environment = environments.get(runtime) ?? {}
    servers.set(runtime, await startRuntime({ participant, runtime, environment }))
  }
  const started = await Promise.allSettled(RUNTIMES.map(start))
  const failure = started.find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
  const owned = stack.move()
  return {
    participant,
    seeding: new Seeding(participant, keys),
    async restart(runtime) {
      await servers.get(runtime)?.stop()
      await start(runtime)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
