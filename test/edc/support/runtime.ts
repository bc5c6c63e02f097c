/** One EDC runtime as a process: started as its image starts it, and waited for by its readiness alone. */
import { join } from 'node:path'
import { ENDPOINTS, type RuntimeName } from '../../../src/manifests/addresses.ts'
import { type Environment, type LocalParticipant } from './environment.ts'
import { type Answer, call } from './http.ts'
import { programs, RUNTIMES } from './programs.ts'
import { type ServerProcess, startServer, untilServing } from './server-process.ts'

const MAIN_CLASS = 'dev.dataspaces.provisioner.edc.launch.Launcher'

/** As in the ENTRYPOINT of `runtimes/Dockerfile`; the heap is limited by the container there. */
const JVM_FLAGS: readonly string[] = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-XX:+ExitOnOutOfMemoryError',
  '-Xmx96m',
]

export interface RuntimeOptions {
  readonly participant: LocalParticipant
  readonly runtime: RuntimeName
  readonly environment: Environment
}

/** Not waited for. */
export function launch({ runtime, environment }: Omit<RuntimeOptions, 'participant'>): ServerProcess {
  const classPath = join(RUNTIMES, runtime, 'target/lib/*')
  return startServer({
    command: [programs().java, ...JVM_FLAGS, '-cp', classPath, MAIN_CLASS, '--no-color', '--log-level=INFO'],
    environment,
  })
}

export async function startRuntime(options: RuntimeOptions): Promise<ServerProcess> {
  const { participant, runtime } = options
  const server = launch(options)
  try {
    await untilServing(server, `${runtime} of ${participant.name}`, () => isReady(participant, runtime))
    return server
  } catch (error) {
    // Nobody else would end it.
    await server.kill()
    throw error
  }
}

export async function isReady(participant: LocalParticipant, runtime: RuntimeName): Promise<boolean> {
  const answer = await health(participant, runtime, 'readiness').catch(() => undefined)
  return answer?.status === 200
}

export function health(
  participant: LocalParticipant,
  runtime: RuntimeName,
  probe: 'startup' | 'readiness' | 'liveness',
): Promise<Answer> {
  return call(`${participant.address(ENDPOINTS[runtime].health)}/check/${probe}`)
}
