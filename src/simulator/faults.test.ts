/** Faults that tests order from the server. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { configMap, CONFIG_MAPS, openTestServer } from './for-tests.ts'

describe('faults ordered from the built-in API server', () => {
  it('answer the next requests that match with a Status, and then no more', async () => {
    await using api = await openTestServer()
    api.server.faults.order({
      matches: ({ method, path }) => method === 'GET' && path.startsWith(CONFIG_MAPS),
      times: 2,
      effect: { kind: 'answer', code: 429, reason: 'TooManyRequests', retryAfterSeconds: 3 },
    })
    assert.equal((await api.call('POST', CONFIG_MAPS, { body: configMap('a') })).code, 201)
    const met = await api.call('GET', CONFIG_MAPS)
    assert.deepEqual(
      [met.code, met.body.reason, met.headers.get('retry-after')],
      [429, 'TooManyRequests', '3'],
    )
    assert.equal((await api.call('GET', `${CONFIG_MAPS}/a`)).code, 429)
    assert.equal((await api.call('GET', CONFIG_MAPS)).code, 200)
  })

  it('cut the connection before the work is done, or after', async () => {
    await using api = await openTestServer()
    const post = (name: string): Promise<unknown> => api.call('POST', CONFIG_MAPS, { body: configMap(name) })
    api.server.faults.order({ effect: { kind: 'reset', when: 'before' } })
    await assert.rejects(post('before'))
    api.server.faults.order({ effect: { kind: 'reset', when: 'after' } })
    await assert.rejects(post('after'))
    assert.equal((await api.call('GET', `${CONFIG_MAPS}/before`)).code, 404)
    assert.equal((await api.call('GET', `${CONFIG_MAPS}/after`)).code, 200)
  })

  it('delay an answer, or never give it', async () => {
    await using api = await openTestServer()
    api.server.faults.order({ effect: { kind: 'delay', ms: 30 } })
    const start = performance.now()
    assert.equal((await api.call('GET', CONFIG_MAPS)).code, 200)
    assert.ok(performance.now() - start >= 29)
    api.server.faults.order({ effect: { kind: 'hang' } })
    await assert.rejects(fetch(api.server.url + CONFIG_MAPS, { signal: AbortSignal.timeout(50) }))
  })

  it('send any other body, as a proxy does, until they are taken back', async () => {
    await using api = await openTestServer()
    const order = api.server.faults.order({ times: 9, effect: { kind: 'answer', code: 502, body: '<html>' } })
    const { code, body } = await api.call('GET', CONFIG_MAPS)
    assert.deepEqual([code, body.message], [502, '<html>'])
    order[Symbol.dispose]()
    assert.equal((await api.call('GET', CONFIG_MAPS)).code, 200)
  })
})
