import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RefusedError, type RefusalCode, UnavailableError } from '../model/errors.ts'
import { aRecord, testApp, writerOfOne, UID } from './test-app.ts'

const acme = { participantName: 'acme', did: 'did:web:acme.example' }
const MAP = { acme: 'Namespace', controlplane: 'Deployment', 'controlplane (Service)': 'Service' }

/** As the Spring Boot backend sends it: no trailing slash, JSON, and a charset. */
function asJava(method: 'POST' | 'DELETE', payload: object): object {
  return {
    method,
    url: '/api/v1/resources',
    headers: {
      'content-type': 'application/json;charset=UTF-8',
      accept: 'application/json, application/*+json',
    },
    payload: JSON.stringify(payload),
  }
}

describe('POST /api/v1/resources', () => {
  it('answers with a flat map of strings, and says where status and operation are', async () => {
    await using door = testApp()
    for (const url of ['/api/v1/resources', '/api/v1/resources/']) {
      const answer = await door.app.inject({ method: 'POST', url, payload: acme })
      assert.equal(answer.statusCode, 200)
      assert.deepEqual(answer.json(), MAP)
      assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
      assert.equal(answer.headers['location'], '/api/v1/resources/acme/status')
      assert.equal(answer.headers['operation-location'], `/api/v1/operations/acme.create.${UID}`)
      for (const path of [answer.headers['location'], answer.headers['operation-location']])
        assert.equal((await door.app.inject(String(path))).statusCode, 200)
    }
  })

  it('serves the Java caller, bare IP address and all', async () => {
    await using door = testApp()
    const answer = await door.app.inject(asJava('POST', { ...acme, kubeHost: '203.0.113.7' }))
    assert.equal(answer.statusCode, 200)
    assert.ok(Object.values(answer.json<object>()).every((kind) => typeof kind === 'string'))
    assert.deepEqual(door.written, [{ ...acme, kubeHost: '203.0.113.7' }])
  })

  it('hands on what it knows and ignores the rest', async () => {
    await using door = testApp()
    const payload = { ...acme, kubeHost: 'https://h.example', profile: 'next', uid: 'x', mode: 'Observed' }
    assert.equal(
      (await door.app.inject({ method: 'POST', url: '/api/v1/resources', payload })).statusCode,
      200,
    )
    assert.deepEqual(door.written, [{ ...acme, kubeHost: 'https://h.example', profile: 'next' }])
  })

  for (const nothing of [null, '']) {
    it(`takes ${JSON.stringify(nothing)} for a kubeHost that was left out`, async () => {
      await using door = testApp()
      const answer = await door.app.inject(asJava('POST', { ...acme, kubeHost: nothing, profile: nothing }))
      assert.equal(answer.statusCode, 200)
      assert.deepEqual(door.written, [acme])
    })
  }

  it('writes nothing on a dry run, and answers the same map', async () => {
    await using door = testApp()
    const url = '/api/v1/resources?dryRun=true'
    const answer = await door.app.inject({ method: 'POST', url, payload: acme })
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(answer.json(), MAP)
    assert.equal(answer.headers['location'], undefined)
    assert.deepEqual(door.written, [])
    const refused = await door.app.inject({ method: 'POST', url, payload: { ...acme, did: 'no' } })
    assert.equal(refused.statusCode, 400)
  })

  for (const value of ['', 'yes', 'True', '1']) {
    it(`does not guess what dryRun=${value} means`, async () => {
      await using door = testApp()
      const url = `/api/v1/resources?dryRun=${value}`
      const answer = await door.app.inject({ method: 'POST', url, payload: acme })
      assert.deepEqual(answer.json(), {
        error: 'Invalid request',
        details: `dryRun must be true or false, got "${value}"`,
      })
      assert.deepEqual(door.written, [])
    })
  }

  const missing = 'is missing: it must be a string'
  const faulty: readonly (readonly [body: unknown, details: string])[] = [
    [{}, `participantName ${missing}; did ${missing}`],
    [{ participantName: 'acme' }, `did ${missing}`],
    [{ participantName: 'acme', did: null }, `did ${missing}`],
    [{ ...acme, participantName: 42 }, 'participantName must be a string, got 42'],
    [{ ...acme, participantName: ['acme'] }, 'participantName must be a string, got a list of 1'],
    [{ ...acme, did: { method: 'web' } }, 'did must be a string, got an object'],
    [{ ...acme, kubeHost: false }, 'kubeHost must be a string, got false'],
    [[acme], 'the body must be a JSON object, got a list of 1'],
    ['acme', 'the body must be a JSON object, got "acme"'],
    [null, 'the body is missing: send a JSON object with participantName and did'],
  ]
  for (const [body, details] of faulty) {
    it(`refuses ${JSON.stringify(body)} and names the field`, async () => {
      await using door = testApp()
      const answer = await door.app.inject({
        method: 'POST',
        url: '/api/v1/resources',
        headers: { 'content-type': 'application/json' },
        payload: JSON.stringify(body),
      })
      assert.equal(answer.statusCode, 400)
      assert.deepEqual(answer.json(), { error: 'Invalid request', details })
      assert.deepEqual(door.written, [])
    })
  }

  const refusedByRule: readonly (readonly [change: object, error: string])[] = [
    [{ participantName: '' }, 'Invalid participant name'],
    [{ participantName: 'Acme Corp' }, 'Invalid participant name'],
    [{ participantName: 'kube-system' }, 'Invalid participant name'],
    [{ participantName: 'issuer' }, 'Invalid participant name'],
    [{ participantName: 'a'.repeat(41) }, 'Invalid participant name'],
    [{ did: '' }, 'Invalid DID'],
    [{ did: 'did:web:a"\n---' }, 'Invalid DID'],
    [{ kubeHost: 'http://user@10.0.0.1/path' }, 'Invalid host'],
  ]
  for (const [change, error] of refusedByRule) {
    it(`passes on the writer's refusal of ${JSON.stringify(change)}`, async () => {
      await using door = testApp()
      const payload = { ...acme, ...change }
      const answer = await door.app.inject({ method: 'POST', url: '/api/v1/resources', payload })
      assert.equal(answer.statusCode, 400)
      assert.equal(answer.json<{ error: string }>().error, error)
    })
  }

  it('is harmless when repeated, and a conflict with another DID', async () => {
    await using door = testApp()
    const first = await door.app.inject(asJava('POST', acme))
    const second = await door.app.inject(asJava('POST', acme))
    assert.equal(second.statusCode, 200)
    assert.equal(second.body, first.body)
    const other = await door.app.inject(asJava('POST', { ...acme, did: 'did:web:other.example' }))
    assert.equal(other.statusCode, 409)
    assert.deepEqual(other.json(), {
      error: 'Participant name taken',
      details: 'participantName "acme" is taken with another DID',
    })
  })

  const statuses: Readonly<Record<RefusalCode, number>> = {
    InvalidName: 400,
    InvalidDid: 400,
    InvalidHost: 400,
    UnknownProfile: 400,
    NameTaken: 409,
    DidTaken: 409,
    NamespaceForeign: 409,
    StillDeleting: 409,
    ObservedOnly: 409,
    Suspended: 409,
  }
  for (const [code, status] of Object.entries(statuses)) {
    it(`answers ${status} to ${code}`, async () => {
      const refuse = (): Promise<never> => Promise.reject(new RefusedError(code as RefusalCode, 'because'))
      await using door = testApp({ writer: writerOfOne(refuse) })
      for (const request of [asJava('POST', acme), asJava('DELETE', acme)]) {
        const answer = await door.app.inject(request)
        assert.equal(answer.statusCode, status)
        assert.equal(answer.json<{ details: string }>().details, 'because')
      }
    })
  }

  it('asks the caller to come back when the cluster is out of reach', async () => {
    const fail = (): Promise<never> => Promise.reject(new UnavailableError('the API server does not answer'))
    await using door = testApp({ writer: writerOfOne(fail) })
    const answer = await door.app.inject(asJava('POST', acme))
    assert.equal(answer.statusCode, 503)
    assert.equal(answer.headers['retry-after'], '30')
    assert.deepEqual(answer.json(), {
      error: 'Service unavailable',
      details: 'the API server does not answer',
    })
  })
})

describe('DELETE /api/v1/resources', () => {
  it('serves the Java caller: a JSON body without did', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme'))
    const answer = await door.app.inject(asJava('DELETE', { participantName: 'acme' }))
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(answer.json(), MAP)
    assert.equal(answer.headers['operation-location'], `/api/v1/operations/acme.delete.${UID}`)
  })

  for (const did of ['did:web:acme.example', 'did:web:someone.else', null, 42]) {
    it(`ignores did ${JSON.stringify(did)}`, async () => {
      await using door = testApp()
      door.records.set('acme', aRecord('acme'))
      assert.equal(
        (await door.app.inject(asJava('DELETE', { participantName: 'acme', did }))).statusCode,
        200,
      )
    })
  }

  for (const headers of [{}, { 'content-type': 'application/json' }]) {
    it(`takes the name from the path and needs no body (${JSON.stringify(headers)})`, async () => {
      await using door = testApp()
      door.records.set('acme', aRecord('acme'))
      for (const url of ['/api/v1/resources/acme', '/api/v1/resources/acme/']) {
        const answer = await door.app.inject({ method: 'DELETE', url, headers })
        assert.equal(answer.statusCode, 200)
        assert.deepEqual(answer.json(), MAP)
      }
    })
  }

  it('answers 404 in the words of v1 to a name that does not exist', async () => {
    await using door = testApp()
    const requests = [
      asJava('DELETE', { participantName: 'nobody' }),
      { method: 'DELETE', url: '/api/v1/resources/nobody' } as const,
    ]
    for (const request of requests) {
      const answer = await door.app.inject(request)
      assert.equal(answer.statusCode, 404)
      assert.deepEqual(answer.json(), {
        message: 'participant "nobody" does not exist',
        status: 'NOT_FOUND',
      })
    }
  })

  it('refuses a missing or wrong name', async () => {
    await using door = testApp()
    const url = '/api/v1/resources'
    const none = await door.app.inject({ method: 'DELETE', url })
    assert.equal(none.statusCode, 400)
    assert.match(none.body, /the body is missing: send a JSON object with participantName/u)
    const wrong = await door.app.inject({ method: 'DELETE', url, payload: { participantName: 7 } })
    assert.match(wrong.body, /participantName must be a string, got 7/u)
  })
})
