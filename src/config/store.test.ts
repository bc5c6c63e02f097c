import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RedisAddress } from '../model/store-choice.ts'
import { readStore } from './store.ts'

function addressOf(text: string): RedisAddress {
  const faults: string[] = []
  const store = readStore(text, faults)
  assert.deepEqual(faults, [])
  assert.ok(store.kind === 'redis')
  return store.address
}

function faultsOf(text: string): readonly string[] {
  const faults: string[] = []
  assert.deepEqual(readStore(text, faults), { kind: 'memory' })
  assert.notDeepEqual(faults, [])
  return faults
}

describe('STORE', () => {
  it('is memory unless set', () => {
    assert.deepEqual(readStore(undefined, []), { kind: 'memory' })
    assert.deepEqual(readStore('memory', []), { kind: 'memory' })
  })

  it('needs no more than a host', () => {
    assert.deepEqual(addressOf('redis://cache'), {
      host: 'cache',
      port: 6379,
      database: 0,
      tls: false,
      prefix: 'dsp:',
    })
  })

  it('takes user, password, port, database, prefix and TLS', () => {
    assert.deepEqual(addressOf('rediss://ops:p%40ss%2Fw%23rd@cache.example:7000/3?prefix=%7Beast%7D:'), {
      host: 'cache.example',
      port: 7000,
      database: 3,
      tls: true,
      username: 'ops',
      password: 'p@ss/w#rd',
      prefix: '{east}:',
    })
    assert.equal(addressOf('redis://:secret@cache/').password, 'secret')
    assert.equal(addressOf('redis://:secret@cache/').username, undefined)
  })

  it('takes an IPv6 address', () => {
    assert.equal(addressOf('redis://[::1]:6380').host, '::1')
  })

  const wrong: Readonly<Record<string, RegExp>> = {
    'tape-with-secret': /must be "memory" or an address/u,
    'http://:secret@cache/0': /must begin with redis:\/\/ or, with TLS, rediss:\/\//u,
    'redis:///0': /names no host/u,
    'redis://:secret@cache/zero': /the number of a database/u,
    'redis://:secret@cache/0/1': /the number of a database/u,
    'redis://:secret@cache:66000/0': /must be "memory" or an address/u,
    'redis://:secret@cache/0?family=6': /no option but prefix/u,
    'redis://:secret@cache/0?prefix=a%20b': /prefix of at most 64/u,
    'redis://:sec#ret@cache/0': /percent-encoded/u,
    'redis://:sec%ret@cache/0': /percent-encoded/u,
    'redis://:sec/ret@cache/0': /percent-encoded|number of a database/u,
  }
  for (const [text, fault] of Object.entries(wrong)) {
    it(`refuses ${text.replace(/sec.?ret/u, '…')}, naming the fault and nothing secret`, () => {
      const said = faultsOf(text).join('\n')
      assert.match(said, fault)
      assert.doesNotMatch(said, /sec.?ret|cache/u)
      for (const line of said.split('\n')) assert.match(line, /^STORE /u)
    })
  }
})
