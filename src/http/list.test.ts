import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Phase } from '../model/participant.ts'
import { aRecord, testApp, type TestApp } from './test-app.ts'

const PHASES_OF: Readonly<Record<string, Phase>> = {
  delta: 'FAILED',
  alpha: 'READY',
  charlie: 'READY',
  bravo: 'DELETING',
}

function filled(): TestApp {
  const door = testApp()
  for (const [name, phase] of Object.entries(PHASES_OF)) door.records.set(name, aRecord(name, phase))
  return door
}

function namesIn(answer: { json<T>(): T }): readonly string[] {
  return answer.json<readonly { participantName: string }[]>().map(({ participantName }) => participantName)
}

describe('GET /api/v1/resources', () => {
  it('is a bare array ordered by name, with the totals in headers that browsers may read', async () => {
    await using door = filled()
    for (const url of ['/api/v1/resources', '/api/v1/resources/']) {
      const answer = await door.app.inject(url)
      assert.equal(answer.statusCode, 200)
      assert.deepEqual(answer.json<readonly object[]>()[0], {
        participantName: 'alpha',
        status: 'READY',
        lastUpdated: '2025-01-15T10:30:00Z',
      })
      assert.deepEqual(namesIn(answer), ['alpha', 'bravo', 'charlie', 'delta'])
      assert.equal(answer.headers['x-total'], '4')
      assert.equal(answer.headers['x-page'], '1')
      assert.equal(answer.headers['x-limit'], '10')
      const exposed = String(answer.headers['access-control-expose-headers']).split(', ')
      for (const header of ['X-Total', 'X-Page', 'X-Limit', 'ETag', 'Link', 'X-Observed-At'])
        assert.ok(exposed.includes(header), header)
    }
  })

  it('filters by one state or several', async () => {
    await using door = filled()
    const ready = await door.app.inject('/api/v1/resources?status=READY&page=1&limit=10')
    assert.deepEqual(namesIn(ready), ['alpha', 'charlie'])
    assert.equal(ready.headers['x-total'], '2')
    const several = await door.app.inject('/api/v1/resources?status=FAILED&status=DELETING')
    assert.deepEqual(namesIn(several), ['bravo', 'delta'])
  })

  it('knows NOT_FOUND as a state that nobody is in', async () => {
    await using door = filled()
    const answer = await door.app.inject('/api/v1/resources?status=NOT_FOUND')
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(answer.json(), [])
    assert.equal(answer.headers['x-total'], '0')
  })

  it('takes an empty parameter for one that was left out', async () => {
    await using door = filled()
    const answer = await door.app.inject('/api/v1/resources?status=&page=&limit=')
    assert.equal(namesIn(answer).length, 4)
  })

  it('links the pages, keeping filter and limit', async () => {
    await using door = filled()
    const first = await door.app.inject('/api/v1/resources/?limit=1&status=READY&other=x')
    assert.equal(
      first.headers['link'],
      [
        '</api/v1/resources/?status=READY&page=1&limit=1>; rel="first"',
        '</api/v1/resources/?status=READY&page=2&limit=1>; rel="next"',
        '</api/v1/resources/?status=READY&page=2&limit=1>; rel="last"',
      ].join(', '),
    )
    const middle = await door.app.inject('/api/v1/resources?limit=1&page=2')
    assert.match(String(middle.headers['link']), /page=1&limit=1>; rel="prev".*page=3&limit=1>; rel="next"/u)
    const last = await door.app.inject('/api/v1/resources?limit=3&page=2')
    assert.deepEqual(namesIn(last), ['delta'])
    assert.doesNotMatch(String(last.headers['link']), /rel="next"/u)
  })

  const pastTheEnd = ['3', '99', '9007199254740993', '922337203685477581', '9'.repeat(400)]
  for (const page of pastTheEnd) {
    it(`answers page ${page.slice(0, 20)} with nothing and the true total`, async () => {
      await using door = filled()
      const answer = await door.app.inject(`/api/v1/resources?page=${page}&limit=100`)
      assert.equal(answer.statusCode, 200)
      assert.deepEqual(answer.json(), [])
      assert.equal(answer.headers['x-total'], '4')
      assert.equal(answer.headers['x-page'], page)
      assert.match(String(answer.headers['link']), /page=1&limit=100>; rel="prev"/u)
    })
  }

  it('links an empty list to its one page', async () => {
    await using door = testApp()
    const answer = await door.app.inject('/api/v1/resources')
    assert.equal(
      answer.headers['link'],
      '</api/v1/resources?page=1&limit=10>; rel="first", </api/v1/resources?page=1&limit=10>; rel="last"',
    )
  })

  it('answers 304 until the page or the total changes', async () => {
    await using door = filled()
    const url = '/api/v1/resources?limit=1'
    const before = await door.app.inject(url)
    const headers = { 'if-none-match': String(before.headers['etag']) }
    assert.equal((await door.app.inject({ url, headers })).statusCode, 304)
    door.records.set('echo', aRecord('echo'))
    const after = await door.app.inject({ url, headers })
    assert.equal(after.statusCode, 200)
    assert.equal(after.body, before.body)
    assert.equal(after.headers['x-total'], '5')
  })

  it('answers HEAD with the same headers', async () => {
    await using door = filled()
    const answer = await door.app.inject({ method: 'HEAD', url: '/api/v1/resources' })
    assert.equal(answer.headers['x-total'], '4')
    assert.equal(answer.body, '')
  })

  it('cannot list before the cluster was seen', async () => {
    await using door = filled()
    door.see({ synced: false })
    const answer = await door.app.inject('/api/v1/resources')
    assert.equal(answer.statusCode, 503)
    assert.equal(answer.headers['retry-after'], '30')
  })

  const refused: Readonly<Record<string, string>> = {
    'page=0': 'page must be a whole number ≥ 1, got "0"',
    'page=-1': 'page must be a whole number ≥ 1, got "-1"',
    'page=1.5': 'page must be a whole number ≥ 1, got "1.5"',
    'page=1e3': 'page must be a whole number ≥ 1, got "1e3"',
    'page=abc': 'page must be a whole number ≥ 1, got "abc"',
    'page=1&page=2': 'page must be a whole number ≥ 1, got a list of 2',
    'limit=0': 'limit must be a whole number from 1 to 100, got "0"',
    'limit=101': 'limit must be a whole number from 1 to 100, got "101"',
    'limit=922337203685477581': 'limit must be a whole number from 1 to 100, got "922337203685477581"',
    'limit=%00%1b[31m': 'limit must be a whole number from 1 to 100, got "??[31m"',
    'status=FOO':
      'status must be one of PROVISIONING, READY, DEGRADED, FAILED, DELETING, NOT_FOUND, got "FOO"',
    'status=ready':
      'status must be one of PROVISIONING, READY, DEGRADED, FAILED, DELETING, NOT_FOUND, got "ready"',
    'status=READY&status=X':
      'status must be one of PROVISIONING, READY, DEGRADED, FAILED, DELETING, NOT_FOUND, got "X"',
    'page=0&limit=0':
      'page must be a whole number ≥ 1, got "0"; limit must be a whole number from 1 to 100, got "0"',
  }
  for (const [query, details] of Object.entries(refused)) {
    it(`refuses ${query} and says what would do`, async () => {
      await using door = filled()
      const answer = await door.app.inject(`/api/v1/resources?${query}`)
      assert.equal(answer.statusCode, 400)
      assert.deepEqual(answer.json(), { error: 'Invalid request', details })
    })
  }

  it('quotes at most 80 characters of what it refuses', async () => {
    await using door = filled()
    const answer = await door.app.inject(`/api/v1/resources?page=${'y'.repeat(5_000)}`)
    assert.equal(
      answer.json<{ details: string }>().details,
      `page must be a whole number ≥ 1, got "${'y'.repeat(80)}…"`,
    )
  })
})
