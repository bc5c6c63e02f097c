/** Builds the images of a node with buildah, once for each state of what goes into them, into a cache outside the checkout. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withLock } from '../../lock.ts'
import { makeBase } from './base.ts'
import { keysOf } from './keys.ts'
import { type ImageInLayout, imageOf, type Manifest, takeOver, writeIndex } from './layout.ts'
import { POD_IMAGES, type PodImage, type Recipe, recipes } from './recipes.ts'
import { byDigest, copyStore, fillStore } from './store.ts'

const run = promisify(execFile)

/** Images that buildah may keep. A set is ten. */
const STORED = 40

/** Sets that stay: the present one, and one of another branch. */
const KEPT = 2

export interface Images {
  /** Where they are kept as {@link copyStore} takes them. */
  readonly store: string
  /** Name with tag, and the digest of the manifest. */
  readonly images: Readonly<Record<PodImage, ImageInLayout>>
}

export interface ImagesOptions {
  readonly log: (line: string) => void
  readonly signal?: AbortSignal | undefined
}

/** By digest, as a profile names it. */
export function referenceOf({ images }: Images, name: PodImage): string {
  return byDigest(name, images[name])
}

/** Takes seconds when nothing has changed. Throws a sentence when something is missing, or the last lines of a build. */
export async function buildImages({ log, signal }: ImagesOptions): Promise<Images> {
  const cacheDir = join(
    process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
    'dataspace-provisioner',
    'images',
  )
  await mkdir(cacheDir, { recursive: true })
  const onWait = (pid: number): void => log(`waiting for process ${pid}, which builds images …`)
  return withLock({ file: join(cacheDir, 'lock'), onWait, signal }, async () => {
    const { archive } = await makeBase({ cacheDir, log })
    const all = recipes(archive)
    const keys = await keysOf(all)
    const set = createHash('sha256')
      .update(JSON.stringify([...keys]))
      .digest('hex')
      .slice(0, 16)
    const sets = join(cacheDir, 'sets')
    const store = join(sets, set)
    if (!existsSync(store))
      await new Workshop({ cacheDir, log, signal, keys }).make(all, store, await newestOf(sets))
    await utimes(store, new Date(), new Date())
    await forgetOthers(sets)
    return readSet(store)
  })
}

async function readSet(store: string): Promise<Images> {
  return { store, images: JSON.parse(await readFile(join(store, NAMES), 'utf8')) as Images['images'] }
}

async function newestOf(sets: string): Promise<Images | undefined> {
  const [newest] = await newestFirst(sets)
  return newest === undefined ? undefined : readSet(newest)
}

/** What a build that was killed left is of no use: nobody else builds now. */
async function forgetOthers(sets: string): Promise<void> {
  const unfinished = globSync(['*.new', '../context-*'], { cwd: sets }).map((path) => join(sets, path))
  const old = [...(await newestFirst(sets)).slice(KEPT), ...unfinished]
  for (const folder of old) await rm(folder, { recursive: true })
}

async function newestFirst(sets: string): Promise<readonly string[]> {
  await mkdir(sets, { recursive: true })
  const names = (await readdir(sets)).filter((name) => !name.endsWith('.new'))
  const used = await Promise.all(
    names.map(async (name) => ({ folder: join(sets, name), at: (await stat(join(sets, name))).mtimeMs })),
  )
  return used.toSorted((one, other) => other.at - one.at).map(({ folder }) => folder)
}

function readImages(manifests: readonly Manifest[]): Images['images'] {
  const images = manifests.map(imageOf)
  return Object.fromEntries(
    images.map((image) => [image.tag.replace(/^localhost\/(.*):.*$/u, '$1'), image]),
  ) as Images['images']
}

/** In a store: {@link Images.images}. */
const NAMES = 'images.json'

const secondsSince = (begin: number): string => ((performance.now() - begin) / 1000).toFixed(1)

interface WorkshopOptions extends ImagesOptions {
  readonly cacheDir: string
  readonly keys: ReadonlyMap<string, string>
}

class Workshop {
  readonly #options: WorkshopOptions

  constructor(options: WorkshopOptions) {
    this.#options = options
  }

  /** Leaves a store in the folder, which was not there before. What `last` has already is taken over. */
  async make(all: readonly Recipe[], store: string, last: Images | undefined): Promise<void> {
    const { log, signal } = this.#options
    await this.#makeRoom()
    for (const recipe of all) await this.#build(recipe)
    const begin = performance.now()
    const unfinished = `${store}.new`
    await rm(unfinished, { recursive: true, force: true })
    const layout = join(unfinished, 'layout')
    await mkdir(layout, { recursive: true })
    if (last !== undefined) await copyStore(last.store, join(unfinished, 'root'))
    const images = await this.#layOut(layout, last)
    await fillStore(unfinished, { layout, images, before: last?.images ?? {}, signal })
    await rm(layout, { recursive: true })
    await writeFile(join(unfinished, NAMES), JSON.stringify(images))
    await rename(unfinished, store)
    log(`images unpacked in ${secondsSince(begin)} s`)
  }

  /** Those that are new; answers all. */
  async #layOut(layout: string, last: Images | undefined): Promise<Images['images']> {
    const manifests: Manifest[] = []
    const known = POD_IMAGES.filter((name) => last?.images[name]?.tag === this.#tagOf(name))
    for (const name of POD_IMAGES.filter((one) => !known.includes(one))) {
      const tag = this.#tagOf(name)
      const folder = join(layout, name)
      await this.#buildah(['push', '--quiet', '--disable-compression', tag, `dir:${folder}`])
      manifests.push(await takeOver(folder, layout, tag))
      await rm(folder, { recursive: true })
    }
    await writeIndex(layout, manifests)
    const kept = known.map((name) => [name, last?.images[name]])
    return { ...readImages(manifests), ...(Object.fromEntries(kept) as Images['images']) }
  }

  /** Images of earlier states pile up; now and then all are built anew. */
  async #makeRoom(): Promise<void> {
    const storage = join(this.#options.cacheDir, 'storage')
    await mkdir(join(storage, 'lib'), { recursive: true })
    if ((await this.#builtTags()).length <= STORED) return
    await rm(storage, { recursive: true })
    await mkdir(join(storage, 'lib'), { recursive: true })
  }

  #tagOf(name: string): string {
    return `localhost/${name}:${this.#options.keys.get(name) ?? ''}`
  }

  async #build(recipe: Recipe): Promise<void> {
    const { log, cacheDir } = this.#options
    const tag = this.#tagOf(recipe.name)
    if ((await this.#builtTags()).includes(tag)) return
    const begin = performance.now()
    const folder = await mkdtemp(join(cacheDir, 'context-'))
    try {
      const context = await contextOf(recipe, folder)
      const args = { ...this.#basesOf(recipe), ...recipe.args }
      const given = Object.entries(args).map(([name, value]) => `--build-arg=${name}=${value}`)
      const caches = Object.entries(recipe.caches ?? {}).map(([inside, here]) => `--volume=${here}:${inside}`)
      const how = [
        '--isolation=chroot',
        '--layers',
        '--pull-never',
        `--file=${recipe.dockerfile}`,
        `--tag=${tag}`,
      ]
      await this.#buildah(['build', ...how, ...given, ...caches, context])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    log(`image ${recipe.name} built in ${secondsSince(begin)} s`)
  }

  #basesOf({ bases }: Recipe): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(bases).map(([argument, name]) => [argument, this.#tagOf(name)]))
  }

  async #builtTags(): Promise<readonly string[]> {
    const { stdout } = await this.#buildah(['images', '--format={{.Name}}:{{.Tag}}'])
    return stdout.split('\n').filter((line) => line.startsWith('localhost/'))
  }

  /** In a mount namespace, for it leaves mounts; with storage and caches of its own, so that nobody else's are touched. */
  async #buildah([verb = '', ...args]: readonly string[]): Promise<{ readonly stdout: string }> {
    const { cacheDir, signal } = this.#options
    const storage = join(cacheDir, 'storage')
    const where = [
      `--root=${join(storage, 'root')}`,
      `--runroot=${join(storage, 'run')}`,
      '--storage-driver=overlay',
    ]
    try {
      const script = 'mount --bind "$0" /var/lib && exec buildah "$@"'
      const command = ['--mount', 'sh', '-c', script, join(storage, 'lib'), ...where, verb, ...args]
      return await run('unshare', command, {
        maxBuffer: 64 * 1024 * 1024,
        ...(signal && { signal }),
      })
    } catch (error) {
      signal?.throwIfAborted()
      const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
      const last = said.split('\n').slice(-20).join('\n')
      throw new Error(`buildah ${verb} failed; its last lines:\n${last}`, { cause: error })
    }
  }
}

async function contextOf({ context }: Recipe, folder: string): Promise<string> {
  if (typeof context === 'string') return context
  for (const [name, value] of Object.entries(context)) {
    if (typeof value === 'string') await cp(value, join(folder, name), { recursive: true })
    else await writeFile(join(folder, name), value.text)
  }
  return folder
}
