/** What happens before a build: the right Go, and one builder at a time. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { withLock } from './lock.ts'

const run = promisify(execFile)

describe('the builder of the test cluster', () => {
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dataspace-cluster-'))
  })
  after(() => rm(dir, { recursive: true }))

  /** Asks for the binaries where `go` is what the PATH says; answers the error's message. */
  async function refusalWith(path: string): Promise<string> {
    const script = `const { buildBinaries } = await import(${JSON.stringify(join(import.meta.dirname, 'build.ts'))})
      await buildBinaries({ log: () => undefined, cacheDir: ${JSON.stringify(dir)} }).catch((error) => console.log(error.message))`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      env: { PATH: path },
    })
    return stdout
  }

  it('says what to install when there is no Go', async () => {
    assert.match(await refusalWith(dir), /there is no working `go`: install Go 1\.26 or newer/u)
  })

  it('says what to install when Go is too old', async () => {
    await writeFile(join(dir, 'go'), '#!/bin/sh\necho go1.25.12\n')
    await chmod(join(dir, 'go'), 0o755)
    assert.match(await refusalWith(dir), /cannot be built with Go 1\.25\.12: install Go 1\.26 or newer/u)
  })

  it('lets one builder at a time work', async () => {
    const file = join(dir, 'one.lock')
    const events: string[] = []
    const build = (name: string): Promise<void> =>
      withLock({ file, onWait: () => events.push('waits') }, async () => {
        events.push(`${name} begins`)
        await new Promise((resolve) => setImmediate(resolve))
        events.push(`${name} ends`)
      })
    await Promise.all([build('first'), build('second')])
    const order = events.filter((event) => event !== 'waits').map((event) => event.split(' ')[1])
    assert.deepEqual(order, ['begins', 'ends', 'begins', 'ends'])
    assert.ok(events.includes('waits'))
  })

  it('takes the place of a builder that died', async () => {
    const file = join(dir, 'dead.lock')
    await writeFile(file, JSON.stringify({ pid: process.pid, command: 'somebody else, who had this pid' }))
    assert.equal(
      await withLock({ file, onWait: () => assert.fail('nobody builds') }, async () => 'built'),
      'built',
    )
  })
})
