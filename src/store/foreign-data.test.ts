/** What others put under our keys in Redis, or take away: it keeps nothing from being written, and never becomes an answer. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anAnswer } from '../../test/support/answer-records.ts'
import { eventually } from '../../test/support/eventually.ts'
import { openRedisServer, type RedisServer } from '../../test/support/redis-server.ts'
import {
  OBSERVED_AT_MS,
  openTwoHomes,
  PREFIX,
  settled,
  untilConfirmed,
  untilInRedis,
  untilRecalled,
} from '../../test/support/two-homes.ts'

const BASE = `${PREFIX}v1:`
const EVERYTHING = { statuses: [], page: 1, limit: 100 } as const

type Meddling = (client: RedisServer['client']) => Promise<unknown>

const replaced =
  (key: string): Meddling =>
  async (client) => {
    await client.del(BASE + key)
    return client.hset(BASE + key, 'somebody', 'else')
  }
const asText =
  (key: string): Meddling =>
  (client) =>
    client.set(BASE + key, 'of somebody else')

const MEDDLINGS: readonly (readonly [what: string, meddling: Meddling])[] = [
  ['a record of another type', asText('record:acme')],
  ['a history of another type', asText('history:acme')],
  ['a history that ends with no JSON', (client) => client.rpush(`${BASE}history:acme`, 'junk{')],
  ['a history that ends with no change', (client) => client.rpush(`${BASE}history:acme`, '5')],
  ['names of another type', asText('names')],
  ['names of a state of another type', asText('status:FAILED')],
  ['a time of another type', replaced('observed-at')],
  ['a time that is none', (client) => client.set(`${BASE}observed-at`, 'yesterday')],
  ['a record without a version', (client) => client.hdel(`${BASE}record:acme`, 'version')],
  ['a record with a version that is none', (client) => client.hset(`${BASE}record:acme`, 'version', 'new')],
  ['a record without a turn', (client) => client.hdel(`${BASE}record:acme`, 'turn')],
  ['a record without a state', (client) => client.hdel(`${BASE}record:acme`, 'status')],
]

describe('foreign data under our keys', () => {
  for (const [what, meddling] of MEDDLINGS)
    it(`is overwritten: ${what}`, async () => {
      await using server = await openRedisServer()
      const { client } = server
      await using opened = await settled(server, anAnswer('acme'), anAnswer('birch'))
      await untilConfirmed(server)
      await meddling(client)
      for (const name of ['acme', 'birch'])
        await opened.store.put(anAnswer(name, { resourceVersion: '11', status: 'FAILED' }))
      await untilInRedis(server, 'acme', 'FAILED')
      for (const key of ['names', 'status:FAILED'])
        await eventually(
          async () => (await client.zrange(BASE + key, '0', '-1')).join(' ') === 'acme birch',
          { what: `${key} to be whole` },
        )
      await eventually(async () => (await client.get(`${BASE}observed-at`)) === String(OBSERVED_AT_MS), {
        what: 'Redis to hold everything',
      })
      assert.deepEqual(opened.log.texts('warn'), [])
    })

  it('does not keep the other answers from being recalled', async () => {
    await using server = await openRedisServer()
    const first = await settled(server, anAnswer('acme'), anAnswer('birch'), anAnswer('cedar'))
    await untilConfirmed(server)
    await first[Symbol.asyncDispose]()
    await asText('record:acme')(server.client)
    await asText('history:birch')(server.client)
    await server.client.rpush(`${BASE}history:cedar`, 'junk{')
    await using second = await openTwoHomes(server)
    const recalled = await untilRecalled(second)
    assert.equal(await recalled.get('acme'), undefined)
    assert.ok(await recalled.get('birch'))
    assert.ok(await recalled.get('cedar'))
    await second.store.put(anAnswer('cedar'))
    second.past.settle(() => OBSERVED_AT_MS)
    await eventually(() => second.past.recalled === undefined, { what: 'the end of the recollection' })
    assert.equal((await second.store.history('cedar')).length, 1)
  })

  for (const [what, field, value] of [
    ['a body that is cut off', 'body', '{"participantName":"ac'],
    ['the body of another participant', 'body', '{"participantName":"birch"}'],
    ['a body that is no object', 'body', 'null'],
    ['an entity tag that no header may hold', 'etag', '"a\r\nb"'],
  ] as const)
    it(`is not recalled: ${what}`, async () => {
      await using server = await openRedisServer()
      const first = await settled(server, anAnswer('acme'), anAnswer('birch'))
      await untilConfirmed(server)
      await first[Symbol.asyncDispose]()
      await server.client.hset(`${BASE}record:acme`, field, value)
      await using second = await openTwoHomes(server)
      const recalled = await untilRecalled(second)
      assert.equal(await recalled.get('acme'), undefined)
      assert.ok(await recalled.get('birch'))
      await assert.rejects(recalled.list(EVERYTHING), { name: 'UnavailableError' })
    })
})

describe('a Redis that loses single keys', () => {
  for (const key of ['names', 'status:READY', 'record:acme'])
    it(`is told again when it lost ${key} and the names`, async () => {
      await using server = await openRedisServer()
      await using opened = await settled(server, anAnswer('acme'), anAnswer('birch'))
      await untilConfirmed(server)
      await server.client.del(BASE + key, `${BASE}names`)
      await eventually(async () => (await server.client.zrange(`${BASE}names`, '0', '-1')).length === 2, {
        what: 'the names to be whole',
      })
      await untilInRedis(server, 'acme', 'READY')
      assert.deepEqual(await server.client.zrange(`${BASE}status:READY`, '0', '-1'), ['acme', 'birch'])
      assert.deepEqual(opened.log.texts('warn'), [])
    })
})
