/** Memory in front, a real Redis behind: the promises of a store, and what survives a restart. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { anAnswer } from '../../test/support/answer-records.ts'
import { eventually } from '../../test/support/eventually.ts'
import { openRedisServer, type RedisServer } from '../../test/support/redis-server.ts'
import { storeKeepsItsPromises } from '../../test/support/store-promises.ts'
import {
  inRedis,
  OBSERVED_AT_MS,
  openTwoHomes,
  PREFIX,
  settled,
  untilConfirmed,
  untilInRedis,
  untilRecalled,
} from '../../test/support/two-homes.ts'
import type { ListPage } from './store.ts'

const EVERYTHING = { statuses: [], page: 1, limit: 100 } as const

const namesOf = ({ items }: ListPage): readonly string[] => items.map(({ name }) => name)

let shared: RedisServer
before(async () => {
  shared = await openRedisServer()
})
after(() => shared[Symbol.asyncDispose]())

storeKeepsItsPromises('two-homed', async () => {
  await shared.client.flushall()
  return (await settled(shared)).store
})

describe('a restart', () => {
  it('brings back the answers, byte for byte, when they were last confirmed, and their history', async () => {
    await using server = await openRedisServer()
    const first = await settled(server, anAnswer('acme', { status: 'PROVISIONING' }), anAnswer('birch'))
    await untilConfirmed(server)
    await first.store.put(anAnswer('acme', { resourceVersion: '11' }))
    await first[Symbol.asyncDispose]()

    await using second = await openTwoHomes(server)
    const recalled = await untilRecalled(second)
    assert.equal(recalled.observedAtMs, OBSERVED_AT_MS)
    const { body, ...rest } = (await recalled.get('acme')) ?? anAnswer('nothing')
    const { body: expected, ...others } = anAnswer('acme', { resourceVersion: '11' })
    assert.deepEqual(Buffer.from(body), Buffer.from(expected))
    assert.deepEqual(rest, others)
    assert.deepEqual(namesOf(await recalled.list(EVERYTHING)), ['acme', 'birch'])
    assert.equal(await second.store.get('acme'), undefined)

    await second.store.put(anAnswer('acme', { resourceVersion: '12', status: 'DEGRADED' }))
    second.past.settle(() => OBSERVED_AT_MS)
    await untilInRedis(server, 'acme', 'DEGRADED')
    assert.equal(second.past.recalled, undefined)
    assert.deepEqual(
      (await second.store.history('acme')).map(({ status }) => status),
      ['PROVISIONING', 'READY', 'DEGRADED'],
    )
    assert.equal(await server.client.llen(`${PREFIX}v1:history:acme`), 3)
  })

  it('tells Redis nothing twice that it knows', async () => {
    await using server = await openRedisServer()
    const first = await settled(server, anAnswer('acme'), anAnswer('birch'))
    await untilConfirmed(server)
    await first[Symbol.asyncDispose]()
    const writer = await server.client.hget(`${PREFIX}v1:record:acme`, 'writer')

    await using second = await openTwoHomes(server)
    await untilRecalled(second)
    await second.store.put(anAnswer('acme'))
    await second.store.put(anAnswer('birch', { resourceVersion: '11', status: 'FAILED' }))
    second.past.settle(() => OBSERVED_AT_MS)
    await untilInRedis(server, 'birch', 'FAILED')
    assert.equal(await server.client.hget(`${PREFIX}v1:record:acme`, 'writer'), writer)
  })

  it('removes what the cluster does not know any more, but not what another process put just now', async () => {
    await using server = await openRedisServer()
    const first = await settled(server, anAnswer('gone-meanwhile'), anAnswer('acme'), anAnswer('alive'))
    await untilConfirmed(server)
    await first[Symbol.asyncDispose]()

    await using other = await openTwoHomes(server)
    await untilRecalled(other)
    await other.store.put(anAnswer('acme'))
    await other.store.put(anAnswer('alive'))
    await using second = await settled(server, anAnswer('acme'))
    other.past.settle(() => OBSERVED_AT_MS)
    // While the second one wonders what this is, the other one has news of it.
    let version = 11
    await eventually(
      async () => {
        version += 1
        await other.store.put(
          anAnswer('alive', { resourceVersion: String(version), etag: `"alive-${version}"` }),
        )
        return (await inRedis(server, 'gone-meanwhile')) === undefined
      },
      { what: 'the leftover to be erased' },
    )
    assert.equal(await inRedis(server, 'acme'), 'READY')
    assert.ok(await second.store.get('acme'))
    assert.equal(await inRedis(server, 'alive'), 'READY')
    assert.deepEqual(await server.client.zrange(`${PREFIX}v1:names`, '0', '-1'), ['acme', 'alive'])
  })

  it('brings nothing back from a Redis that does not hold everything', async () => {
    await using server = await openRedisServer()
    const first = await settled(server, anAnswer('acme'), anAnswer('birch'))
    await untilConfirmed(server)
    await first[Symbol.asyncDispose]()
    await server.client.del(`${PREFIX}v1:observed-at`)
    await using second = await openTwoHomes(server)
    await eventually(() => second.log.texts('info').length > 0, { what: 'the recollection to end' })
    assert.equal(second.past.recalled, undefined)
  })

  it('brings no list back when a record is missing, but the others', async () => {
    await using server = await openRedisServer()
    const first = await settled(server, anAnswer('acme'), anAnswer('birch'))
    await untilConfirmed(server)
    await first[Symbol.asyncDispose]()
    await server.client.hdel(`${PREFIX}v1:record:birch`, 'body')
    await using second = await openTwoHomes(server)
    const recalled = await untilRecalled(second)
    assert.ok(await recalled.get('acme'))
    assert.equal(await recalled.get('birch'), undefined)
    await assert.rejects(recalled.list(EVERYTHING), { name: 'UnavailableError' })
  })

  it('does not bring back what somebody has written to since', async () => {
    await using server = await openRedisServer()
    const first = await settled(server, anAnswer('acme'), anAnswer('birch'))
    await untilConfirmed(server)
    await first[Symbol.asyncDispose]()
    await using second = await openTwoHomes(server)
    const recalled = await untilRecalled(second)
    second.past.disown('acme')
    assert.equal(await recalled.get('acme'), undefined)
    assert.ok(await recalled.get('birch'))
    await assert.rejects(recalled.list(EVERYTHING), { name: 'UnavailableError' })
  })

  it('does not bring back what somebody wrote to while it was still being read', async () => {
    await using server = await openRedisServer()
    const first = await settled(server, anAnswer('acme'), anAnswer('birch'))
    await untilConfirmed(server)
    await first[Symbol.asyncDispose]()
    await using second = await openTwoHomes(server)
    second.past.disown('acme')
    assert.equal(second.past.recalled, undefined)
    const recalled = await untilRecalled(second)
    assert.equal(await recalled.get('acme'), undefined)
    assert.ok(await recalled.get('birch'))
  })
})
