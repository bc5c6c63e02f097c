import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { WatchReading } from '../model/reading.ts'
import { createHealthApp } from './health.ts'
import { testApp } from './test-app.ts'
import { watchChecks } from './watch-checks.ts'

const aWatch: WatchReading = {
  resource: 'pods',
  required: true,
  synced: false,
  lagMs: undefined,
  objects: undefined,
  events: 0,
  relists: 0,
  restarts: 0,
  stalls: 0,
  skipped: 0,
}

describe('/livez and /readyz', () => {
  it('answer ok in the manner of the Kubernetes API server', async () => {
    await using door = testApp()
    for (const url of ['/livez', '/readyz', '/readyz/']) {
      const answer = await door.app.inject(url)
      assert.equal(answer.statusCode, 200)
      assert.equal(answer.body, 'ok')
      assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8')
    }
  })

  it('list each check when asked, and always when one fails; being alive needs no check', async () => {
    await using door = testApp({ checks: [{ name: 'leader', ok: () => true }] })
    const all = '[+]caches-synced ok\n[+]leader ok\nreadyz check passed\n'
    assert.equal((await door.app.inject('/readyz?verbose')).body, all)
    assert.equal((await door.app.inject('/readyz?verbose=1')).body, all)
    assert.equal((await door.app.inject('/livez?verbose')).body, 'livez check passed\n')
    door.see({ synced: false })
    const failed = await door.app.inject('/readyz')
    assert.equal(failed.statusCode, 503)
    assert.equal(failed.body, '[-]caches-synced failed\n[+]leader ok\nreadyz check failed\n')
    assert.equal((await door.app.inject('/livez')).statusCode, 200)
  })

  it('take a check that throws for one that failed, and say nothing more', async () => {
    const ok = (): boolean => {
      throw new Error('canary')
    }
    await using door = testApp({ checks: [{ name: 'leader', ok }] })
    const answer = await door.app.inject('/readyz')
    assert.equal(answer.statusCode, 503)
    assert.doesNotMatch(answer.body, /canary/u)
  })

  it('tell beside a check how it stands', async () => {
    let lagMs: number | undefined
    const read = (): readonly WatchReading[] => [
      { ...aWatch, resource: 'pods', lagMs, synced: lagMs !== undefined, objects: 3 },
      { ...aWatch, resource: 'events', required: false },
    ]
    await using door = testApp({ checks: watchChecks(read) })
    const before = await door.app.inject('/readyz')
    assert.equal(before.statusCode, 503)
    assert.match(before.body, /^\[-\]watch\/pods failed: not synced, nothing heard yet, 3 objects$/mu)
    const optional = /^\[\+\]watch\/events ok: not synced, verdicts do without, nothing heard yet$/mu
    assert.match(before.body, optional)
    lagMs = 1250
    const after = await door.app.inject('/readyz?verbose')
    assert.equal(after.statusCode, 200)
    assert.match(after.body, /^\[\+\]watch\/pods ok: lag 1\.3 s, 3 objects$/mu)
  })

  it('can be served alone', async () => {
    let ready = false
    const metrics = { contentType: 'text/plain; version=0.0.4', render: async () => 'up 1\n' }
    const app = createHealthApp({ checks: [{ name: 'caches-synced', ok: () => ready }], metrics })
    await using _closed = { [Symbol.asyncDispose]: () => app.close() }
    await app.listen({ port: 0, host: '127.0.0.1' })
    assert.equal((await fetch(`${app.listeningOrigin}/readyz`)).status, 503)
    ready = true
    assert.equal(await (await fetch(`${app.listeningOrigin}/readyz`)).text(), 'ok')
    assert.equal((await fetch(`${app.listeningOrigin}/api/v1/resources`)).status, 404)
    const scraped = await fetch(`${app.listeningOrigin}/metrics`)
    assert.equal(scraped.headers.get('content-type'), 'text/plain; version=0.0.4')
    assert.equal(await scraped.text(), 'up 1\n')
  })
})
