/** The base of all images of a node: Debian with Java and PostgreSQL, made once of this machine's own mirror. */
import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, globSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findMirror } from './mirror.ts'

const run = promisify(execFile)

/** One base for all: then there is one large layer to keep, and to unpack at the start of a node. */
const PACKAGES = ['default-jre-headless', 'postgresql', 'ca-certificates']

/** Not needed to run anything. The compiler of PostgreSQL's queries takes more room than all the rest of it. */
const SUPERFLUOUS = [
  'usr/share/{doc,man,info,locale,i18n}/*',
  'var/cache/apt/*',
  'var/lib/apt/lists/*',
  'var/lib/postgresql/*/main',
  'usr/lib/*/libLLVM*',
  'usr/lib/postgresql/*/lib/{bitcode,llvmjit*}',
]

export interface Base {
  readonly archive: string
  /** Changes with what is in it. */
  readonly key: string
}

export interface BaseOptions {
  readonly cacheDir: string
  readonly log: (line: string) => void
}

/** Made anew only for another release of Debian, or other packages. */
export async function makeBase({ cacheDir, log }: BaseOptions): Promise<Base> {
  const { url, suite } = findMirror()
  const recipe = JSON.stringify([suite, process.arch, PACKAGES, SUPERFLUOUS])
  const key = createHash('sha256').update(recipe).digest('hex').slice(0, 16)
  const archive = join(cacheDir, `base-${key}.tar`)
  if (existsSync(archive)) return { archive, key }
  log('making the base of the images once, with Java and PostgreSQL from Debian (about 1 min) …')
  const folder = join(cacheDir, `base-${key}.${randomUUID()}`)
  await mkdir(folder, { recursive: true })
  try {
    const wanted = ['--variant=minbase', `--include=${PACKAGES.join(',')}`]
    // Mounts that it leaves when it fails are gone with the namespace.
    await run('unshare', ['--mount', 'debootstrap', ...wanted, suite, folder, url], {
      maxBuffer: 64 * 1024 * 1024,
    })
    for (const path of globSync(SUPERFLUOUS, { cwd: folder }))
      await rm(join(folder, path), { recursive: true })
    await run('tar', ['-C', folder, '-cf', `${folder}.tar`, '.'])
    await rename(`${folder}.tar`, archive)
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(`${folder}.tar`, { force: true })
  }
  return { archive, key }
}
