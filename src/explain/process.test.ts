import assert from 'node:assert/strict'
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const dump = (name: string): string => fileURLToPath(new URL(`testdata/${name}`, import.meta.url))

/** Settings that would keep `serve` from starting: `explain` must not read any. */
const env = {
  PATH: process.env['PATH'],
  PORT: 'none',
  STORE: 'none',
  KUBECONFIG: '/nowhere',
  AUTH: 'none of them',
}

const run = (args: readonly string[], input = ''): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [main, 'explain', ...args], {
    encoding: 'utf8',
    input,
    env,
    timeout: 30_000,
    maxBuffer: 64 * 1024 * 1024,
  })

describe('explain as a process', () => {
  it('prints nothing but the JSON, and ends with 0 when all is ready, whatever the settings', () => {
    const { status, stdout, stderr } = run(['-f', dump('ready.input.json'), '-o', 'json'])
    assert.equal(stderr, '')
    assert.equal(
      (JSON.parse(stdout) as { participants: { status: string }[] }).participants[0]?.status,
      'READY',
    )
    assert.equal(status, 0)
  })

  it('reads standard input, and ends with 1 when something is not ready', () => {
    const { status, stdout } = run(['-f', '-'], readFileSync(dump('crash-loop.input.yaml'), 'utf8'))
    assert.match(stdout, /^crash {2}FAILED {2}web: .*\(CrashLoop; operator\)$/mu)
    assert.equal(status, 1)
  })

  it('tells on standard error what it left out, and nothing of it on standard output', () => {
    const { stdout, stderr } = run(['-f', dump('broken.input.yaml'), '-o', 'json'])
    assert.ok(JSON.parse(stdout))
    assert.match(
      stderr,
      /items\[10\] \(Pod shop\/c\): status\.containerStatuses is a string, expected a list; skipped/u,
    )
  })

  it('ends with 2 and one line when there is no such file', () => {
    const { status, stdout, stderr } = run(['-f', dump('none')])
    assert.deepEqual([status, stdout], [2, ''])
    assert.match(stderr, /^\S+none: no such file\n$/u)
  })

  it('judges hundreds of participants at once', () => {
    const [, list = ''] = readFileSync(dump('ready.input.json'), 'utf8').split(
      /\n(?=\{"apiVersion":"v1","kind":"List")/u,
    )
    const { items } = JSON.parse(list) as { items: { metadata: object }[] }
    const many = Array.from({ length: 400 }, (_, at) =>
      items.map((item) => ({ ...item, metadata: { ...item.metadata, namespace: `n${at}` } })),
    )
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: many.flat() })
    const { status, stdout } = run(['-f', '-', '-o', 'json'], input)
    assert.equal((JSON.parse(stdout) as { participants: unknown[] }).participants.length, 400)
    assert.equal(status, 0)
  })
})
