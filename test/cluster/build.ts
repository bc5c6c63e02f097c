/** Builds the test cluster's binaries from the Go module in this folder, once per recipe, into a cache outside the checkout. */
import { execFile, spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withLock } from './lock.ts'

const run = promisify(execFile)
const moduleDir = import.meta.dirname
const OLDEST_GO = { major: 1, minor: 26 }

export interface Binaries {
  /** etcd, the control plane and KWOK: the first argument says which (main.go). */
  readonly testcluster: string
  readonly kubectl: string
}

export interface BuildOptions {
  readonly log: (line: string) => void
  /** Default: `dataspace-provisioner/cluster` in `$XDG_CACHE_HOME` or `~/.cache`. */
  readonly cacheDir?: string
  /** Ends a build, or the wait for one. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Returns at once when this recipe (module files, flags, Go version) was built before. Builders beside each other wait
 * for the first one. Throws a sentence when Go is missing or too old, or with the compiler's last lines.
 */
export async function buildBinaries({
  log,
  cacheDir = defaultCacheDir(),
  signal,
}: BuildOptions): Promise<Binaries> {
  const go = requireGo()
  const recipe = await readRecipe(go)
  const dir = join(cacheDir, recipe.hash)
  const binaries = { testcluster: join(dir, 'testcluster'), kubectl: join(dir, 'kubectl') }
  if (existsSync(dir)) return binaries
  const onWait = (pid: number): void => log(`waiting for process ${pid}, which builds the same …`)
  await withLock({ file: `${dir}.lock`, onWait, signal }, async () => {
    if (!existsSync(dir)) await buildInto(dir, { recipe, log, signal })
  })
  return binaries
}

/** The version of the `go` on the PATH (`1.26.8`), or undefined when there is none of 1.26 or newer. */
export function suitableGo(): string | undefined {
  const version = installedGo()
  return version !== undefined && isSuitable(version) ? version : undefined
}

function requireGo(): string {
  const version = installedGo()
  const next = `install Go ${OLDEST_GO.major}.${OLDEST_GO.minor} or newer (https://go.dev/dl) and put it on the PATH`
  if (version === undefined)
    throw new Error(`the test cluster is built with Go, and there is no working \`go\`: ${next}`)
  if (!isSuitable(version)) throw new Error(`the test cluster cannot be built with Go ${version}: ${next}`)
  return version
}

function installedGo(): string | undefined {
  const { stdout } = spawnSync('go', ['env', 'GOVERSION'], {
    env: goEnvironment(),
    cwd: '/',
    encoding: 'utf8',
  })
  return /^go(\d+\.\d+[\w.]*)/u.exec(stdout ?? '')?.[1]
}

function isSuitable(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return major > OLDEST_GO.major || (major === OLDEST_GO.major && minor >= OLDEST_GO.minor)
}

interface Recipe {
  readonly hash: string
  readonly flags: readonly string[]
  /** `v1.36.3`, as go.mod requires it. */
  readonly kubernetes: string
}

async function readRecipe(go: string): Promise<Recipe> {
  const names = (await readdir(moduleDir)).filter((name) => /^go\.(mod|sum)$|\.go$/u.test(name)).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(moduleDir, name), 'utf8')))
  const kubernetes = /^\s*k8s\.io\/kubernetes (v\S+)$/mu.exec(texts.join('\n'))?.[1]
  if (kubernetes === undefined) throw new Error(`${moduleDir}/go.mod does not require k8s.io/kubernetes`)
  const flags = buildFlags(kubernetes)
  const hash = createHash('sha256').update(
    JSON.stringify([go, process.platform, process.arch, flags, names, texts]),
  )
  return { hash: hash.digest('hex').slice(0, 16), flags, kubernetes }
}

/** Without the version the API server calls itself v0.0.0, which clients that parse it complain about. */
function buildFlags(kubernetes: string): readonly string[] {
  const [major = '', minor = ''] = kubernetes.slice(1).split('.')
  const version = { gitVersion: kubernetes, gitMajor: major, gitMinor: minor }
  const settings = Object.entries(version).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  )
  return ['-mod=readonly', '-buildvcs=false', '-ldflags', ['-s -w', ...settings].join(' ')]
}

async function buildInto(
  dir: string,
  { recipe, log, signal }: BuildOptions & { readonly recipe: Recipe },
): Promise<void> {
  const unfinished = `${dir}.${randomUUID()}`
  try {
    log(`building the control plane once (Kubernetes ${recipe.kubernetes}; about 6 min on 2 cores) …`)
    await goBuild([...recipe.flags, '-o', join(unfinished, 'testcluster'), '.'], signal)
    log('building kubectl once (about 30 s) …')
    await goBuild(
      [...recipe.flags, '-o', join(unfinished, 'kubectl'), 'k8s.io/kubernetes/cmd/kubectl'],
      signal,
    )
    await rename(unfinished, dir)
    log(`built into ${dir}`)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

async function goBuild(args: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  const options = { cwd: moduleDir, env: goEnvironment(), maxBuffer: 64 * 1024 * 1024 }
  try {
    await run('go', ['build', ...args], signal === undefined ? options : { ...options, signal })
  } catch (error) {
    signal?.throwIfAborted()
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    const last = output.split('\n').slice(-20).join('\n')
    throw new Error(`go build in ${moduleDir} failed; its last lines:\n${last}`, { cause: error })
  }
}

/** The user's own settings (proxies, caches), but neither cgo, nor another toolchain, nor a workspace around this module. */
export function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOWORK: 'off' }
}

function defaultCacheDir(): string {
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return join(base, 'dataspace-provisioner', 'cluster')
}
