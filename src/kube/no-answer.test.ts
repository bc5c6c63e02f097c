/** What became of a request that was not answered. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Fate, noAnswer } from './no-answer.ts'

function fault(code: string, syscall?: string): Error {
  return Object.assign(new Error('scripted'), { code, ...(syscall === undefined ? {} : { syscall }) })
}

describe('a request without an answer', () => {
  const table: readonly (readonly [string, Error, Fate, RegExp])[] = [
    ['was refused a connection', fault('ECONNREFUSED', 'connect'), 'unsent', /refused/u],
    ['was refused one at every address', fault('ECONNREFUSED'), 'unsent', /refused/u],
    ['found no such host', fault('ENOTFOUND', 'getaddrinfo'), 'unsent', /cannot be resolved/u],
    ['found no DNS', fault('EAI_AGAIN', 'getaddrinfo'), 'unsent', /cannot be resolved/u],
    ['found no way to the host', fault('EHOSTUNREACH', 'connect'), 'unsent', /check the network/u],
    ['got no connection in time', fault('UND_ERR_CONNECT_TIMEOUT'), 'unsent', /no connection came about/u],
    ['was reset', fault('ECONNRESET', 'read'), 'lost', /closed before the answer was complete/u],
    ['lost the connection while it was written', fault('EPIPE', 'write'), 'lost', /closed before/u],
    ['timed out on the network', fault('ETIMEDOUT', 'read'), 'lost', /check the network/u],
    ['waited too long', fault('UND_ERR_HEADERS_TIMEOUT'), 'lost', /did not go on answering in time/u],
    ['met an expired certificate', fault('CERT_HAS_EXPIRED'), 'hopeless', /certificate is not trusted/u],
    ['met another host', fault('ERR_TLS_CERT_ALTNAME_INVALID'), 'hopeless', /certificate is not trusted/u],
    ['met a stranger', fault('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'hopeless', /certificate is not trusted/u],
    ['was refused by TLS', fault('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'hopeless', /TLS failed/u],
    ['met no HTTP', fault('HPE_INVALID_CONSTANT'), 'hopeless', /does not speak HTTP/u],
    ['failed as nothing has before', fault('EWHATEVER'), 'lost', /failed on the way.*\(EWHATEVER\)/u],
  ]
  for (const [name, error, fate, text] of table) {
    it(`that ${name} is ${fate}`, () => {
      const told = noAnswer('GET / at https://host', error)
      assert.equal(told.fate, fate)
      assert.match(told.message, text)
      assert.match(told.message, /^GET \/ at https:\/\/host: /u)
    })
  }
})
