import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aRecord, OBSERVED_AT, testApp } from './test-app.ts'

describe('GET /api/v1/resources/:participantName/status', () => {
  it('answers with the bytes of the store, their tag and when the cluster confirmed them', async () => {
    await using door = testApp()
    const record = aRecord('acme')
    door.records.set('acme', record)
    for (const url of ['/api/v1/resources/acme/status', '/api/v1/resources/acme/status/']) {
      const answer = await door.app.inject(url)
      assert.equal(answer.statusCode, 200)
      assert.deepEqual(answer.rawPayload, Buffer.from(record.body))
      assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
      assert.equal(answer.headers['content-length'], String(record.body.length))
      assert.equal(answer.headers['etag'], record.etag)
      assert.equal(answer.headers['x-observed-at'], OBSERVED_AT)
      assert.equal(answer.headers['cache-control'], 'no-cache')
    }
  })

  it('answers HEAD like GET, without the body', async () => {
    await using door = testApp()
    const record = aRecord('acme')
    door.records.set('acme', record)
    const answer = await door.app.inject({ method: 'HEAD', url: '/api/v1/resources/acme/status' })
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.body, '')
    assert.equal(answer.headers['content-length'], String(record.body.length))
    assert.equal(answer.headers['etag'], record.etag)
  })

  for (const known of ['"acme-1"', '*', 'W/"acme-1"', '"other", W/"acme-1"', ' "a","acme-1" ']) {
    it(`answers 304 to If-None-Match: ${known}`, async () => {
      await using door = testApp()
      door.records.set('acme', aRecord('acme'))
      const headers = { 'if-none-match': known }
      const answer = await door.app.inject({ url: '/api/v1/resources/acme/status', headers })
      assert.equal(answer.statusCode, 304)
      assert.equal(answer.body, '')
      assert.equal(answer.headers['etag'], '"acme-1"')
      assert.equal(answer.headers['x-observed-at'], OBSERVED_AT)
      assert.equal(answer.headers['content-length'], undefined)
    })
  }

  for (const known of ['"acme-2"', 'acme-1', '""', '"acme-1', ',,,']) {
    it(`answers in full to If-None-Match: ${known}`, async () => {
      await using door = testApp()
      door.records.set('acme', aRecord('acme'))
      const headers = { 'if-none-match': known }
      const answer = await door.app.inject({ url: '/api/v1/resources/acme/status', headers })
      assert.equal(answer.statusCode, 200)
    })
  }

  it('says what it said before, plus how old that is, under another tag, while the cluster is out of sight', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme'))
    const fresh = await door.app.inject('/api/v1/resources/acme/status')
    door.see({ stale: true })
    const stale = await door.app.inject('/api/v1/resources/acme/status')
    assert.deepEqual(stale.json(), { ...fresh.json<object>(), stale: true, observedAt: OBSERVED_AT })
    assert.deepEqual(Object.keys(stale.json<object>()).slice(-2), ['stale', 'observedAt'])
    assert.notEqual(stale.headers['etag'], fresh.headers['etag'])
    const headers = { 'if-none-match': String(stale.headers['etag']) }
    const again = await door.app.inject({ url: '/api/v1/resources/acme/status', headers })
    assert.equal(again.statusCode, 304)
    assert.equal((await door.app.inject('/api/v1/resources/nobody/status')).statusCode, 404)
  })

  it('cannot say anything before the cluster was seen', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme'))
    door.see({ synced: false, observedAtMs: 0 })
    for (const name of ['acme', 'nobody', 'No_Name']) {
      const answer = await door.app.inject(`/api/v1/resources/${name}/status`)
      assert.equal(answer.statusCode, 503)
      assert.equal(answer.headers['retry-after'], '30')
      assert.equal(answer.headers['x-observed-at'], undefined)
      assert.deepEqual(Object.keys(answer.json<object>()), ['error', 'details'])
    }
  })

  const impossible = [
    'Acme',
    'a_b',
    '-a',
    'a-',
    '%20',
    'a%2Fb',
    '..%2f..%2fetc',
    '%00',
    'ü',
    'x'.repeat(41),
    'x'.repeat(9_000),
  ]
  for (const name of impossible) {
    it(`answers to ${name.slice(0, 45)} as to any unknown name, without asking the store`, async () => {
      await using door = testApp()
      const unknown = await door.app.inject('/api/v1/resources/nobody/status')
      assert.equal(unknown.statusCode, 404)
      assert.deepEqual(unknown.json(), {
        message: 'participant "nobody" does not exist',
        status: 'NOT_FOUND',
      })
      const answer = await door.app.inject(`/api/v1/resources/${name}/status`)
      assert.equal(answer.statusCode, 404)
      assert.deepEqual(Object.keys(answer.headers).toSorted(), Object.keys(unknown.headers).toSorted())
      assert.deepEqual(Object.keys(answer.json<object>()), ['message', 'status'])
      assert.match(answer.json<{ message: string }>().message, /^participant ".{1,81}" does not exist$/u)
      assert.deepEqual(door.asked, ['nobody'])
    })
  }

  it('does not tell a namespace of the platform from one that does not exist', async () => {
    await using door = testApp()
    const [platform, nobody] = await Promise.all(
      ['kube-system', 'nobody-here'].map((name) => door.app.inject(`/api/v1/resources/${name}/status`)),
    )
    assert.equal(platform?.statusCode, 404)
    assert.equal(platform?.body.replace('kube-system', 'nobody-here'), nobody?.body)
  })

  it('refuses a path that is not percent-encoded text', async () => {
    await using door = testApp()
    const answer = await door.app.inject('/api/v1/resources/%zz/status')
    assert.equal(answer.statusCode, 400)
    assert.deepEqual(Object.keys(answer.json<object>()), ['error', 'details'])
  })
})
