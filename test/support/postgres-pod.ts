/** The pod of PostgreSQL without a cluster: its containers run as processes of this machine, on folders of the test. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { StatefulSet } from 'kubernetes-types/apps/v1.d.ts'
import type { ConfigMap, Container, PodSpec } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../../src/model/kubernetes.ts'
import { freePorts } from '../cluster/ports.ts'
import { eventually } from './eventually.ts'
import { type Folder, openFolder } from './folder.ts'

const INSTALL =
  'PostgreSQL is not installed, or the programs of its server are not found: apt-get install postgresql (Debian, Ubuntu), or brew install postgresql'

const run = promisify(execFile)

/** Debian keeps the programs of the server out of the PATH; the newest of those that are installed. */
function searchPath(): string {
  const debian = globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  )
  const folders = [...debian, ...(process.env['PATH'] ?? '').split(delimiter)]
  if (!folders.some((folder) => existsSync(join(folder, 'initdb')))) throw new Error(INSTALL)
  return folders.join(delimiter)
}

/** The server refuses to run as root; then it is `nobody`. */
const USER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined

export interface Login {
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface PostgresServer extends AsyncDisposable {
  /** Rows as lines, fields apart by `|`. Rejects with what psql says. */
  query(as: Login, sql: string): Promise<string>
}

/** Made from the StatefulSet and ConfigMap as they are rendered. */
export async function openPostgresPod(objects: readonly KubeObject[]): Promise<PostgresPod> {
  const stateful = objects.find(
    ({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'postgres',
  )
  const settings = objects.find(({ metadata }) => metadata.name === 'postgres-settings')
  const spec = (stateful as StatefulSet | undefined)?.spec?.template.spec
  if (spec === undefined) throw new Error('there is no StatefulSet postgres among the objects')
  const path = searchPath()
  const [port = 0] = await freePorts(1)
  const pod = new PostgresPod(await openFolder(), { spec, port, path })
  await pod.mount('/run/settings', (settings as ConfigMap | undefined)?.data ?? {})
  for (const folder of pod.folders) await pod.mount(folder, {})
  return pod
}

export class PostgresPod implements AsyncDisposable {
  readonly #folder: Folder
  readonly #options: { readonly spec: PodSpec; readonly port: number; readonly path: string }
  readonly #running = new Set<ChildProcess>()
  #said = ''

  constructor(folder: Folder, options: { spec: PodSpec; port: number; path: string }) {
    this.#folder = folder
    this.#options = options
  }

  /** Everything that its containers have written so far. */
  get said(): string {
    return this.#said
  }

  /** Where its containers have volumes. */
  get folders(): readonly string[] {
    const { containers, initContainers = [] } = this.#options.spec
    const mounts = [...initContainers, ...containers].flatMap(({ volumeMounts = [] }) => volumeMounts)
    return [...new Set(mounts.map(({ mountPath }) => mountPath))]
  }

  /** Where on this machine a path of its containers is. */
  at(path: string): string {
    return join(this.#folder.path, path)
  }

  /** Writes files into a folder of its containers. */
  async mount(path: string, files: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(this.at(path), { recursive: true })
    for (const [name, content] of Object.entries(files)) await writeFile(join(this.at(path), name), content)
    await handOver(this.#folder.path)
  }

  /** Takes over what is in a folder of another one, which is at rest. */
  async copy(path: string, from: PostgresPod): Promise<void> {
    await run('cp', ['-R', `${from.at(path)}/.`, this.at(path)])
    await handOver(this.#folder.path)
  }

  /** Runs the init container to its end; its exit code. */
  async prepare(): Promise<number> {
    const child = this.#start(this.#options.spec.initContainers?.[0])
    const [code] = (await once(child, 'close')) as [number]
    return code
  }

  /**
   * Runs the init container and kills all of its processes by SIGKILL as soon as `when` holds. It is asked every few ms
   * and told which commands have begun, one a line. Throws when the container ends before.
   */
  async prepareUntil(when: (commands: string) => boolean): Promise<void> {
    const before = this.#said.length
    const child = this.#start(this.#options.spec.initContainers?.[0], { SHELLOPTS: 'xtrace' })
    const ended = (): boolean => child.exitCode !== null
    const commands = (): string => this.#said.slice(before).replaceAll(/^(?:[^+\n].*)?\n/gmu, '')
    await eventually(() => ended() || when(commands()), { what: 'the moment to kill', withinMs: 60_000 })
    if (ended()) throw new Error(`it ended before it could be killed:\n${commands()}`)
    await kill(child)
  }

  /** Runs the container, on the loopback address only. */
  async serve(): Promise<PostgresServer> {
    const { port, spec } = this.#options
    const more = ['-c', 'listen_addresses=127.0.0.1', '-c', `port=${port}`]
    const child = this.#start(spec.containers[0], {}, more)
    const query: PostgresServer['query'] = async ({ user, password, database }, sql) => {
      const url = ['--host=127.0.0.1', `--port=${port}`, `--username=${user}`, `--dbname=${database}`]
      const args = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', ...url, `--command=${sql}`]
      const env = { PATH: this.#options.path, PGPASSWORD: password }
      return (await run('psql', args, { env })).stdout.trim()
    }
    await eventually(
      () => run('pg_isready', ['--host=127.0.0.1', `--port=${port}`], { env: { PATH: this.#options.path } }),
      {
        what: 'PostgreSQL to serve',
        withinMs: 30_000,
      },
    )
    return { query, [Symbol.asyncDispose]: () => end(child) }
  }

  #start(
    container: Container | undefined,
    env: Record<string, string> = {},
    more: string[] = [],
  ): ChildProcess {
    const [program = '', ...args] = container?.command ?? []
    const variables = (container?.env ?? []).map(({ name, value = '' }) => [name, this.#locally(value)])
    const child = spawn(program, [...args.map((arg) => this.#locally(arg)), ...more], {
      ...USER,
      // A group of its own, to be killed as a whole.
      detached: true,
      cwd: this.#folder.path,
      env: { ...Object.fromEntries(variables), PATH: this.#options.path, TMPDIR: this.at('/tmp'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text
      })
    this.#running.add(child)
    child.on('exit', () => this.#running.delete(child))
    return child
  }

  #locally(text: string): string {
    return this.folders.reduce(
      (local, folder) => local.replaceAll(new RegExp(`(?<![\\w/])${folder}\\b`, 'gu'), this.at(folder)),
      text,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) await kill(child)
    await this.#folder[Symbol.asyncDispose]()
  }
}

/** As the runtime does with the STOPSIGNAL of the image. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGINT')
  await gone
}

/** As when a container is killed: with every process that it began, also those that have left its group. */
async function kill(child: ChildProcess): Promise<void> {
  const { pid = 0 } = child
  const gone = once(child, 'exit')
  process.kill(-pid, 'SIGSTOP')
  const all = await descendantsOf(pid)
  process.kill(-pid, 'SIGKILL')
  for (const one of all) tryKill(one, 'SIGKILL')
  await gone
  await eventually(() => all.every((one) => !tryKill(one, 0)), {
    what: 'every process of the container to end',
  })
}

async function descendantsOf(ancestor: number): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-Ao', 'pid=,ppid='])
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/u).map(Number))
  const below = (parent: number): readonly number[] =>
    pairs.flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid, ...below(pid)] : []))
  return below(ancestor)
}

/** False when there is no such process any more. */
function tryKill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** To the user that the processes run as. */
async function handOver(root: string): Promise<void> {
  if (USER === undefined) return
  await run('chown', ['-R', `${USER.uid}:${USER.gid}`, root])
}
