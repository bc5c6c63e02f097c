/** Tests what a single call to a vault makes of answers, and that nothing secret gets into an error. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Exchange, NoReplyError, type Reply, type Send } from '../model/exchange.ts'
import { callVault, type VaultCall } from './calls.ts'
import { VaultError, type VaultErrorKind } from './errors.ts'

const { signal } = new AbortController()
const CALL: VaultCall = {
  purpose: 'do it',
  method: 'POST',
  path: '/it',
  token: 'secret-token',
  body: { key: 'secret-key' },
}

async function failing(send: Send, call: VaultCall = CALL): Promise<VaultError> {
  const error: unknown = await callVault({ send, target: 'vault of "acme"' }, call, signal).then(
    () => assert.fail('it went well'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof VaultError)
  return error
}

const answering =
  (status: number, text = ''): Send =>
  async () => ({ status, contentType: undefined, text })

describe('a call to a vault', () => {
  it('carries the token, a body and a limit', async () => {
    const sent: Exchange[] = []
    const send: Send = async (exchange): Promise<Reply> => {
      sent.push(exchange)
      return { status: 200, contentType: 'application/json', text: '{"a":1}' }
    }
    assert.deepEqual(await callVault({ send, target: '' }, CALL, signal), { status: 200, json: { a: 1 } })
    const [{ path, headers, body, maxBytes } = assert.fail('nothing was sent')] = sent
    assert.deepEqual(
      [path, headers['x-vault-token'], body],
      ['/v1/it', 'secret-token', '{"key":"secret-key"}'],
    )
    assert.ok(maxBytes <= 1024 * 1024)
  })

  for (const [status, kind] of [
    [301, 'broken'],
    [400, 'refused'],
    [403, 'denied'],
    [429, 'sealed'],
    [472, 'sealed'],
    [473, 'sealed'],
    [500, 'failed'],
    [503, 'sealed'],
  ] as const satisfies readonly (readonly [number, VaultErrorKind])[])
    it(`is ${kind} when ${status} is answered, and repeats nothing of the answer`, async () => {
      const error = await failing(answering(status, '{"errors":["secret-key and secret-token"]}'))
      assert.equal(error.kind, kind)
      assert.match(error.message, /^vault of "acme", asked to do it: it answered/u)
      assert.doesNotMatch(error.message, /secret-/u)
    })

  it('answers what else it expects', async () => {
    const call = { ...CALL, alsoFine: [400] }
    const answer = await callVault({ send: answering(400, 'no json'), target: '' }, call, signal)
    assert.deepEqual(answer, { status: 400, json: undefined })
  })

  it('says why there was no answer, and no more', async () => {
    const none: Send = async () => Promise.reject(new NoReplyError('no-way', 'no right'))
    const odd: Send = async () => Promise.reject(new Error('secret-token in a header'))
    assert.equal((await failing(none)).kind, 'impossible')
    const { kind, message } = await failing(odd)
    assert.equal(kind, 'unreachable')
    assert.doesNotMatch(message, /secret-/u)
  })

  it('ends after its time', async () => {
    const never: Send = async (exchange) =>
      new Promise((_, reject) => {
        exchange.signal.addEventListener('abort', () => reject(exchange.signal.reason as Error))
      })
    const { kind, message } = await failing(never, { ...CALL, withinMs: 5 })
    assert.equal(kind, 'unreachable')
    assert.match(message, /within 5 ms/u)
  })

  it('rejects with the reason of the signal', async () => {
    const stop = new AbortController()
    const send: Send = async () => {
      stop.abort(new Error('stopping'))
      throw new Error('broken off')
    }
    await assert.rejects(callVault({ send, target: '' }, CALL, stop.signal), /stopping/u)
  })
})
