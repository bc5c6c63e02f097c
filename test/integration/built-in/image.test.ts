/** The Dockerfile, step by step in a folder: what comes out runs without a right to write anything. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { buildDockerfile, type Built, filesIn, identityOf } from '../../support/dockerfile.ts'
import { eventually } from '../../support/eventually.ts'
import { create, statusOf } from '../participants.ts'
import { NODE_OPTIONS } from '../process.ts'

const run = promisify(execFile)
const context = join(import.meta.dirname, '..', '..', '..')

describe('the image', () => {
  let folder: string
  let image: Built
  let root: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dataspace-image-'))
    // Whoever runs the program in it is somebody else.
    await chmod(folder, 0o755)
    image = await buildDockerfile({ context, folder })
    root = join(folder, 'root')
    await run('chmod', ['-R', 'a-w', root])
  })
  after(async () => {
    await run('chmod', ['-R', 'u+w', folder])
    await rm(folder, { recursive: true })
  })

  const start = ({ entrypoint: [command = '', ...args], env, workdir, user }: Built, more: string[]) =>
    [command, [...args, ...more], { cwd: workdir, env: { ...env }, ...identityOf(user) }] as const

  it('runs as a user by number, who is not root', () => {
    assert.match(image.user ?? '', /^[1-9]\d*:[1-9]\d*$/u)
  })

  it('gives Node the options that its memory is measured with', () => {
    assert.equal(image.env['NODE_OPTIONS'], NODE_OPTIONS)
  })

  it('holds production dependencies and source only', () => {
    const has = (path: string): boolean => existsSync(join(root, 'app', path))
    assert.deepEqual(['node_modules/fastify', 'src/main.ts', 'package.json', 'LICENSE'].map(has), [
      true,
      true,
      true,
      true,
    ])
    assert.deepEqual(
      ['node_modules/typescript', 'src/main.test.ts', 'src/explain/testdata', 'test'].map(has),
      [false, false, false, false],
    )
  })

  it('reads what it runs from the compile cache that came with it', async () => {
    const [command, args, options] = start(image, ['--help'])
    const env = { ...options.env, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }
    const { stdout, stderr } = await run(command, args, { ...options, env, maxBuffer: 16 * 1024 * 1024 })
    assert.match(stdout, /^Usage: dataspace-provisioner/mu)
    const reads = stderr.split('\n').filter((line) => line.includes('reading cache from'))
    assert.ok(reads.length > 100, `it read ${reads.length} entries only`)
    assert.deepEqual(
      reads.filter((line) => /no such file|mismatch/u.test(line)),
      [],
    )
  })

  it('was warmed up with every command', async () => {
    const commandsIn = async (path: string): Promise<readonly string[]> => {
      const text = await readFile(join(context, path), 'utf8')
      return [...text.matchAll(/await import\('(?<path>[^']+)'\)/gu)].map(
        ({ groups }) => groups?.['path'] ?? '',
      )
    }
    const commands = await commandsIn('src/main.ts')
    assert.ok(commands.length >= 3)
    assert.deepEqual((await commandsIn('src/warm-up.ts')).toSorted(), commands.toSorted())
  })

  it('serves, creates a participant and stops when told to, and writes no file', async () => {
    const before = await filesIn(root)
    const [command, args, options] = start(image, ['--port', '0', '--log-level', 'error'])
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = once(child, 'exit')
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    try {
      const url = await eventually(() => /API: +(?<url>http:\S+)/u.exec(said)?.groups?.['url'], {
        what: 'the address of the service',
        withinMs: 30_000,
      })
      await eventually(async () => (await fetch(`${url}/readyz`)).ok, { what: 'readiness' })
      await create({ url }, 'acme')
      assert.equal((await statusOf({ url }, 'acme'))?.status, 'PROVISIONING')
    } catch (cause) {
      throw new Error(`it said: ${said}`, { cause })
    } finally {
      child.kill('SIGTERM')
    }
    const [code] = (await ended) as [number | null]
    assert.equal(code, 0, said)
    assert.deepEqual(await filesIn(root), before)
  })
})
