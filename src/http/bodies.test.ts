import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { testApp, type TestApp } from './test-app.ts'

const URL_ = '/api/v1/resources'
const acme = '{"participantName":"acme","did":"did:web:acme.example"}'

async function post(
  door: TestApp,
  payload: string,
  type?: string,
): Promise<{ status: number; body: unknown }> {
  const headers = type === undefined ? {} : { 'content-type': type }
  const answer = await door.app.inject({ method: 'POST', url: URL_, headers, payload })
  return { status: answer.statusCode, body: answer.json() }
}

describe('a body', () => {
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
  ]) {
    it(`is read as ${type}`, async () => {
      await using door = testApp()
      assert.equal((await post(door, acme, type)).status, 200)
    })
  }

  const others = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json-patch+json',
    'application/vnd.acme+json',
    'application/json, text/plain',
    'json',
    '',
  ]
  for (const type of [...others, undefined]) {
    it(`is refused as ${type ?? 'nothing in particular'}`, async () => {
      await using door = testApp()
      const { status, body } = await post(door, acme, type)
      assert.equal(status, 415)
      assert.deepEqual(body, {
        error: 'Unsupported media type',
        details: 'the body must be JSON, sent with "Content-Type: application/json"',
      })
      assert.deepEqual(door.written, [])
    })
  }

  const malformed = [
    '{',
    '{"participantName":"acme",}',
    "{'participantName':'acme'}",
    'participantName=acme',
    '\u0000',
    '{"__proto__":{"did":"did:web:x"},"participantName":"acme"}',
    '{"constructor":{"prototype":{"did":"x"}},"participantName":"acme"}',
    '[['.repeat(100_000),
  ]
  for (const payload of malformed) {
    it(`that is ${JSON.stringify(payload.slice(0, 40))} is refused, and nobody's prototype changes`, async () => {
      await using door = testApp()
      const { status, body } = await post(door, payload, 'application/json')
      assert.equal(status, 400)
      assert.deepEqual(body, {
        error: 'Malformed JSON',
        details:
          'the body is not valid JSON, or has a member named __proto__ or constructor, which is not allowed',
      })
      assert.equal('did' in {}, false)
      assert.deepEqual(door.written, [])
    })
  }

  it('that is empty is a body that is missing', async () => {
    await using door = testApp()
    const { status, body } = await post(door, '', 'application/json')
    assert.equal(status, 400)
    assert.deepEqual(body, {
      error: 'Invalid request',
      details: 'the body is missing: send a JSON object with participantName and did',
    })
  })

  it('may have one MiB and not a byte more', async () => {
    await using door = testApp()
    const padded = (bytes: number): string =>
      acme.replace('{', `{"padding":"${'x'.repeat(bytes - acme.length - 13)}",`)
    assert.equal(padded(1_048_576).length, 1_048_576)
    assert.equal((await post(door, padded(1_048_576), 'application/json')).status, 200)
    const { status, body } = await post(door, padded(1_048_577), 'application/json')
    assert.equal(status, 413)
    assert.deepEqual(body, { error: 'Body too large', details: 'the body has more than 1 MiB' })
  })
})

/** Sends text over a socket and returns all that comes back until the server closes. */
async function send(door: TestApp, chunks: readonly string[], { end = false } = {}): Promise<string> {
  const port = Number(new URL(door.app.listeningOrigin).port)
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  for (const chunk of chunks) socket.write(chunk)
  if (end) socket.end()
  return text(socket).catch(() => '')
}

function head(headers: string): string {
  return `POST ${URL_} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n\r\n`
}

/** A door on a real port, with what a request may take to arrive cut short. */
async function listening(requestTimeoutMs = 30_000): Promise<TestApp> {
  const door = testApp({ requestTimeoutMs })
  await door.app.listen({ port: 0, host: '127.0.0.1' })
  return door
}

async function stillServes(door: TestApp): Promise<void> {
  const answer = await fetch(`${door.app.listeningOrigin}/livez`)
  assert.equal(await answer.text(), 'ok')
}

describe('over a real socket', () => {
  it('two announced megabytes are refused at once', async () => {
    await using door = await listening()
    const answer = await send(door, [head('Content-Length: 2097152')])
    assert.match(answer, /^HTTP\/1\.1 413 /u)
    assert.match(answer, /"error":"Body too large"/u)
    await stillServes(door)
  })

  it('two megabytes in chunks that announce nothing are refused as soon as they are too many', async () => {
    await using door = await listening()
    const chunk = `10000\r\n${'x'.repeat(0x1_00_00)}\r\n`
    const answer = await send(door, [
      head('Transfer-Encoding: chunked'),
      ...Array.from({ length: 17 }, () => chunk),
    ])
    assert.match(answer, /^HTTP\/1\.1 413 /u)
    assert.deepEqual(door.written, [])
    await stillServes(door)
  })

  it('a client that sends two megabytes reads the refusal', async () => {
    await using door = await listening()
    const answer = await fetch(`${door.app.listeningOrigin}${URL_}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ padding: 'x'.repeat(2_000_000) }),
    })
    assert.equal(answer.status, 413)
    await stillServes(door)
  })

  it('a body longer than announced is cut where it was announced, and the rest is no request', async () => {
    await using door = await listening()
    const answer = await send(door, [head('Content-Length: 5'), acme])
    assert.match(answer, /^HTTP\/1\.1 400 /u)
    assert.deepEqual(door.written, [])
    await stillServes(door)
  })

  it('a body shorter than announced never reaches the writer', async () => {
    await using door = await listening()
    await send(door, [head('Content-Length: 500'), acme], { end: true })
    assert.deepEqual(door.written, [])
    await stillServes(door)
  })

  it('a body that does not arrive in time is given up', async () => {
    await using door = await listening(100)
    const answer = await send(door, [head('Content-Length: 500'), acme])
    assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/u)
    assert.match(answer, /\{"error":"Request Timeout","details":"the request did not arrive in time"\}$/u)
    assert.deepEqual(door.written, [])
    await stillServes(door)
  })

  it('two lengths at once, or what is not HTTP, is refused', async () => {
    await using door = await listening()
    const smuggled = await send(door, [head('Content-Length: 5\r\nTransfer-Encoding: chunked'), '0\r\n\r\n'])
    assert.match(smuggled, /^HTTP\/1\.1 400 /u)
    const noise = await send(door, ['\u0016\u0003\u0001 hello\r\n\r\n'])
    assert.match(noise, /\{"error":"Bad Request","details":"the request is not valid HTTP"\}$/u)
    await stillServes(door)
  })

  it('more headers than Node takes are refused', async () => {
    await using door = await listening()
    const answer = await send(door, [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`])
    assert.match(answer, /^HTTP\/1\.1 431 /u)
    await stillServes(door)
  })
})
