/** The promises of a store on a real Redis, and those that only a store with several writers has to make. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { anAnswer } from '../../test/support/answer-records.ts'
import { openRedisServer, type RedisServer } from '../../test/support/redis-server.ts'
import { storeKeepsItsPromises } from '../../test/support/store-promises.ts'
import { openRedisClient } from './redis-client.ts'
import { RedisHome } from './redis-home.ts'

let server: RedisServer
before(async () => {
  server = await openRedisServer()
})
after(() => server[Symbol.asyncDispose]())

/** Connected; on the same keys as every other with this prefix. */
async function open(prefix: string): Promise<RedisHome> {
  const client = await openRedisClient({
    address: { host: '127.0.0.1', port: server.port, database: 0, tls: false, prefix },
    timeoutMs: 5_000,
    random: () => 0.5,
    onTrouble: () => undefined,
  })
  await client.connect()
  return new RedisHome(client, prefix)
}

let opened = 0
storeKeepsItsPromises('Redis', () => {
  opened += 1
  return open(`promises-${opened}:`)
})

describe('one Redis for two processes', () => {
  it('shows each what the other put', async () => {
    await using first = await open('shared:')
    await using second = await open('shared:')
    await first.put(anAnswer('acme', { status: 'PROVISIONING' }))
    await second.put(anAnswer('acme', { status: 'READY', resourceVersion: '11' }))
    await first.put(anAnswer('birch'))
    assert.deepEqual(await first.list({ statuses: [], page: 1, limit: 10 }), {
      total: 2,
      items: [
        { name: 'acme', status: 'READY', lastUpdated: '2026-01-01T00:00:00Z' },
        { name: 'birch', status: 'READY', lastUpdated: '2026-01-01T00:00:00Z' },
      ],
    })
    assert.deepEqual(
      (await second.history('acme')).map(({ status }) => status),
      ['PROVISIONING', 'READY'],
    )
  })

  it('keeps what the quicker one said when the slower one says something older', async () => {
    await using quick = await open('order:')
    await using slow = await open('order:')
    await quick.put(anAnswer('acme', { resourceVersion: '20' }))
    await slow.put(anAnswer('acme', { resourceVersion: '19', status: 'FAILED' }))
    assert.equal((await slow.get('acme'))?.status, 'READY')
    assert.deepEqual((await slow.list({ statuses: ['FAILED'], page: 1, limit: 10 })).items, [])
  })

  it('keeps the latest of one process when an old connection delivers late', async () => {
    await using home = await open('turns:')
    await home.put(anAnswer('acme'))
    await server.client.hset('turns:v1:record:acme', 'turn', '1000')
    await home.put(anAnswer('acme', { status: 'FAILED' }))
    assert.equal((await home.get('acme'))?.status, 'READY')
  })

  it('does not bring back a participant that one of them saw go', async () => {
    await using quick = await open('gone:')
    await using slow = await open('gone:')
    await quick.put(anAnswer('acme'))
    await quick.remove('acme', 'uid-acme')
    await slow.put(anAnswer('acme', { resourceVersion: '999', status: 'DELETING' }))
    assert.equal(await quick.get('acme'), undefined)
    assert.deepEqual(await quick.list({ statuses: [], page: 1, limit: 10 }), { total: 0, items: [] })
    await slow.put(anAnswer('acme', { uid: 'its-successor' }))
    assert.equal((await quick.get('acme'))?.uid, 'its-successor')
  })

  it('does not bring back a participant whose successor one of them has seen', async () => {
    await using quick = await open('heir:')
    await using slow = await open('heir:')
    await quick.put(anAnswer('acme', { uid: 'first', resourceVersion: '10' }))
    await quick.put(anAnswer('acme', { uid: 'second', resourceVersion: '20' }))
    await slow.put(anAnswer('acme', { uid: 'first', resourceVersion: '21', status: 'DELETING' }))
    assert.equal((await quick.get('acme'))?.uid, 'second')
    await slow.remove('acme', 'first')
    assert.equal((await quick.get('acme'))?.uid, 'second')
  })

  it('erases a leftover only while nobody has said anything new about it', async () => {
    await using first = await open('drop:')
    await using second = await open('drop:')
    await first.put(anAnswer('acme'))
    const seen = anAnswer('acme')
    await second.put(anAnswer('acme', { etag: '"newer"', resourceVersion: '11' }))
    await first.drop(seen)
    assert.ok(await first.get('acme'))
    await first.drop({ ...seen, etag: '"newer"' })
    assert.equal(await first.get('acme'), undefined)
    await second.put(anAnswer('acme'))
    assert.ok(await first.get('acme'))
  })

  it('knows when everything was confirmed last, and only if somebody said that it is everything', async () => {
    await using first = await open('confirmed:')
    await using second = await open('confirmed:')
    assert.equal(await first.confirm(1_000, { first: false }), false)
    assert.equal(await first.observedAtMs(), undefined)
    assert.equal(await first.confirm(2_000, { first: true }), true)
    assert.equal(await second.confirm(1_500, { first: false }), true)
    assert.equal(await second.observedAtMs(), 2_000)
  })
})

describe('what lies in Redis', () => {
  it('has the prefix and the version of its layout in every key', async () => {
    await using home = await open('a-cluster:')
    await home.put(anAnswer('acme', { status: 'FAILED' }))
    await home.confirm(1, { first: true })
    const keys = await server.client.keys('a-cluster:*')
    assert.deepEqual(keys.toSorted(), [
      'a-cluster:v1:history:acme',
      'a-cluster:v1:names',
      'a-cluster:v1:observed-at',
      'a-cluster:v1:record:acme',
      'a-cluster:v1:status:FAILED',
    ])
  })

  it('of another layout is neither read nor touched', async () => {
    await server.client.hset('layouts:v2:record:acme', { uid: 'x', body: '{}' })
    await server.client.zadd('layouts:v2:names', 0, 'acme')
    await server.client.set('layouts:v2:observed-at', '5')
    await using home = await open('layouts:')
    assert.equal(await home.get('acme'), undefined)
    assert.equal((await home.list({ statuses: [], page: 1, limit: 10 })).total, 0)
    assert.equal(await home.observedAtMs(), undefined)
    await home.put(anAnswer('birch'))
    await home.remove('birch', 'uid-birch')
    assert.deepEqual((await server.client.keys('layouts:v2:*')).toSorted(), [
      'layouts:v2:names',
      'layouts:v2:observed-at',
      'layouts:v2:record:acme',
    ])
  })

  it('and is not whole counts as not there, and can be put anew', async () => {
    await using home = await open('broken:')
    await home.put(anAnswer('acme'))
    await server.client.hdel('broken:v1:record:acme', 'body')
    assert.equal(await home.get('acme'), undefined)
    await home.put(anAnswer('acme'))
    assert.ok(await home.get('acme'))
    await server.client.del('broken:v1:record:acme')
    await home.drop({ name: 'acme', uid: '', etag: '' })
    assert.deepEqual(await server.client.keys('broken:*'), [])
  })

  it('is spoken of in RESP2, which every server and proxy understands', async () => {
    await using home = await open('protocol:')
    await home.names()
    const clients = String(await server.client.client('LIST'))
    const ours = clients.split('\n').filter((line) => line.includes('cmd=zrange'))
    assert.ok(ours.length > 0 && ours.every((line) => line.includes('resp=2')), clients)
  })
})
