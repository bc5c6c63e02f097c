/**
 * Carries out a Dockerfile without a container engine, as far as ours goes: stages, COPY under .dockerignore, RUN in the
 * exec form, ENV, USER, WORKDIR, ENTRYPOINT. The base images are left out: their programs are those of this machine.
 */
import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, readdir, readFile, rename, stat } from 'node:fs/promises'
import { basename, dirname, join, matchesGlob, relative } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const RUN_TIMEOUT_MS = 180_000

interface Instruction {
  readonly word: string
  readonly rest: string
}

/** What an image tells whoever starts it. Paths in `env` and `workdir` are where they are on this machine. */
export interface Built {
  readonly env: Readonly<Record<string, string>>
  readonly workdir: string
  readonly entrypoint: readonly string[]
  /** As `USER` says it. */
  readonly user: string | undefined
}

interface Stage {
  env: Record<string, string>
  workdir: string
  entrypoint: readonly string[]
  user: string | undefined
}

export interface BuildOptions {
  /** Where the Dockerfile is, and what it copies from. */
  readonly context: string
  /** An empty folder. The image is at `root` below it, and every stage was there while it was built. */
  readonly folder: string
}

export async function buildDockerfile({ context, folder }: BuildOptions): Promise<Built> {
  const build = new Build(context, folder)
  for (const instruction of instructionsOf(await readFile(join(context, 'Dockerfile'), 'utf8')))
    await build.carryOut(instruction)
  return build.result()
}

/** Lines that end in a backslash go on; comments count for nothing. */
function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/gu, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => /^(?<word>[A-Z]+) +(?<rest>.*)$/u.exec(line)?.groups ?? {})
    .map(({ word = '', rest = '' }) => ({ word, rest }))
}

/** Of many thousand files, in a fraction of the time that `fs.cp` takes. */
async function copyAll(from: string, to: string): Promise<void> {
  await run('cp', ['-a', '-T', from, to])
}

/** A build is given what this machine needs for the network, certificates for instance; a test's own settings are not. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env
  return { ...rest, npm_config_prefer_offline: 'true' }
}

/** User and group of the process that builds may be given away by root only. */
export function identityOf(user: string | undefined): { uid?: number; gid?: number } {
  const [uid, gid] = (user ?? '').split(':').map(Number)
  return process.getuid?.() === 0 && uid !== undefined && gid !== undefined ? { uid, gid } : {}
}

class Build {
  readonly #context: string
  readonly #folder: string
  readonly #stages = new Map<string, Stage>()
  #stage: Stage = { env: {}, workdir: '', entrypoint: [], user: undefined }
  #name: string | undefined

  constructor(context: string, folder: string) {
    this.#context = context
    this.#folder = folder
  }

  result(): Built {
    return { ...this.#stage, workdir: this.#placeOf(this.#stage.workdir), env: this.#mappedEnv() }
  }

  async carryOut({ word, rest }: Instruction): Promise<void> {
    const carryOut = this.#words[word]
    if (carryOut === undefined) throw new Error(`this Dockerfile has ${word}, which is not carried out here`)
    await carryOut(rest)
  }

  readonly #words: Readonly<Record<string, (rest: string) => Promise<void> | void>> = {
    FROM: (rest) => this.#from(rest),
    WORKDIR: (rest) => this.#workdir(rest),
    ENV: (rest) => this.#env(rest),
    USER: (rest) => void (this.#stage.user = rest),
    ENTRYPOINT: (rest) => void (this.#stage.entrypoint = JSON.parse(rest) as readonly string[]),
    COPY: (rest) => this.#copy(rest.split(' ')),
    RUN: (rest) => this.#run(JSON.parse(rest) as readonly string[]),
    // Of no consequence for what is in the image.
    ARG: () => undefined,
    LABEL: () => undefined,
    EXPOSE: () => undefined,
  }

  async #workdir(path: string): Promise<void> {
    this.#stage.workdir = path
    await mkdir(this.#placeOf(path), { recursive: true })
  }

  #env(rest: string): void {
    for (const pair of rest.split(' ')) {
      // A value may hold `=` itself.
      const at = pair.indexOf('=')
      this.#stage.env[pair.slice(0, at)] = pair.slice(at + 1)
    }
  }

  /** Another stage's files are taken over; a base image has none here. */
  async #from(rest: string): Promise<void> {
    if (this.#name !== undefined) await this.#put(this.#name)
    const [base = '', , name] = rest.split(' ')
    const before = this.#stages.get(base)
    const root = join(this.#folder, 'root')
    if (before === undefined) await mkdir(root)
    else await copyAll(join(this.#folder, base), root)
    await mkdir(join(root, 'tmp'), { recursive: true })
    await chmod(join(root, 'tmp'), 0o1777)
    this.#stage = { env: {}, workdir: '/', entrypoint: [], user: undefined, ...structuredClone(before) }
    this.#name = name ?? 'image'
  }

  async #put(name: string): Promise<void> {
    this.#stages.set(name, this.#stage)
    await rename(join(this.#folder, 'root'), join(this.#folder, name))
  }

  async #copy(words: readonly string[]): Promise<void> {
    const from = words[0]?.startsWith('--from=') ? words[0].slice('--from='.length) : undefined
    const paths = from === undefined ? words : words.slice(1)
    const target = this.#placeOf(paths.at(-1) ?? '')
    for (const source of paths.slice(0, -1)) {
      if (from === undefined) await this.#copyFromContext(source, target)
      else await copyAll(join(this.#folder, from, source), target)
    }
  }

  async #copyFromContext(source: string, target: string): Promise<void> {
    const path = join(this.#context, source)
    const ignored = await ignoredIn(this.#context)
    const filter = (file: string): boolean => !ignored(relative(this.#context, file))
    const to = (await stat(path)).isDirectory() ? target : join(target, basename(source))
    await cp(path, to, { recursive: true, filter })
  }

  async #run([command = '', ...args]: readonly string[]): Promise<void> {
    await run(command, args, {
      cwd: this.#placeOf(this.#stage.workdir),
      env: { ...environment(), ...this.#mappedEnv() },
      timeout: RUN_TIMEOUT_MS,
      maxBuffer: 16 * 1024 * 1024,
      ...identityOf(this.#stage.user),
    })
  }

  #placeOf(path: string): string {
    const root = join(this.#folder, 'root')
    return path.startsWith('/') ? join(root, path) : join(root, this.#stage.workdir, path)
  }

  #mappedEnv(): Readonly<Record<string, string>> {
    const mapped = Object.entries(this.#stage.env).map(([name, value]) => [
      name,
      value.startsWith('/') && name !== 'PATH' ? this.#placeOf(value) : value,
    ])
    return { ...Object.fromEntries(mapped), PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }
  }
}

/** The last pattern that fits a path, or a folder above it, decides. */
async function ignoredIn(context: string): Promise<(path: string) => boolean> {
  const text = await readFile(join(context, '.dockerignore'), 'utf8')
  const patterns = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return (path) => {
    const steps = path.split('/')
    const above = steps.map((_, at) => steps.slice(0, at + 1).join('/'))
    const last = patterns.findLast((pattern) =>
      above.some((part) => matchesGlob(part, pattern.replace(/^!/u, ''))),
    )
    return last !== undefined && !last.startsWith('!')
  }
}

/** Every path below the folder, with its size and the time of its last change. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const seen = await Promise.all(
    files.map(async (file) => {
      const { size, mtimeMs } = await stat(file)
      return `${relative(folder, file)} ${size} ${mtimeMs}`
    }),
  )
  return seen.toSorted()
}
