/** What a Redis that is gone, slow, empty or unwilling can never do to an answer. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anAnswer } from '../../test/support/answer-records.ts'
import { eventually } from '../../test/support/eventually.ts'
import { openRedisServer } from '../../test/support/redis-server.ts'
import { openSlowProxy } from '../../test/support/slow-proxy.ts'
import {
  inRedis,
  OBSERVED_AT_MS,
  openTwoHomes,
  PREFIX,
  settled,
  untilConfirmed,
  untilInRedis,
} from '../../test/support/two-homes.ts'

const EVERYTHING = { statuses: [], page: 1, limit: 100 } as const

describe('a Redis that is gone', () => {
  it('from the beginning delays nothing, and gets everything when it comes', async () => {
    await using server = await openRedisServer()
    await server.kill()
    await using opened = await settled(server, anAnswer('acme'))
    assert.equal((await opened.store.get('acme'))?.status, 'READY')
    await eventually(() => !opened.past.reachable, { what: 'the outage to be noticed' })
    await server.restart()
    await untilInRedis(server, 'acme', 'READY')
    await untilConfirmed(server)
    await eventually(() => opened.past.reachable, { what: 'the end of the outage' })
  })

  it('with SIGKILL in the middle is told everything anew, and each outage is logged once', async () => {
    await using server = await openRedisServer()
    await using opened = await settled(server, anAnswer('acme'), anAnswer('birch'), anAnswer('cedar'))
    await untilConfirmed(server)
    await server.kill()
    await opened.store.put(anAnswer('acme', { resourceVersion: '11', status: 'FAILED' }))
    await opened.store.put(anAnswer('acme', { resourceVersion: '12', status: 'READY' }))
    await opened.store.remove('birch', 'uid-birch')
    assert.equal((await opened.store.get('acme'))?.resourceVersion, '12')
    assert.equal(await opened.store.get('birch'), undefined)
    await eventually(() => !opened.past.reachable, { what: 'the outage to be noticed' })
    await server.restart()
    await untilConfirmed(server)
    assert.equal(await inRedis(server, 'cedar'), 'READY')
    assert.equal(await inRedis(server, 'birch'), undefined)
    assert.deepEqual(
      (await server.client.lrange(`${PREFIX}v1:history:acme`, 0, -1)).map(
        (entry) => (JSON.parse(entry) as { status: string }).status,
      ),
      ['READY', 'FAILED', 'READY'],
    )
    await eventually(() => opened.past.reachable, { what: 'the end of the outage' })
    assert.equal(opened.log.texts('warn').length, 1)
    assert.deepEqual(opened.log.texts('error'), [])
    assert.equal(opened.log.texts('info').filter((text) => text === 'Redis answers again').length, 1)
  })
})

describe('a Redis that is slow', () => {
  it('holds up no answer, and hears the latest when it goes on', async () => {
    await using server = await openRedisServer()
    await using opened = await settled(server, anAnswer('acme'))
    await untilConfirmed(server)
    server.pause()
    let version = 11
    const slowest = await longestOf(async () => {
      version += 1
      await opened.store.put(
        anAnswer('acme', {
          resourceVersion: String(version),
          status: version % 2 === 0 ? 'READY' : 'DEGRADED',
        }),
      )
      assert.equal((await opened.store.get('acme'))?.resourceVersion, String(version))
      await opened.store.list(EVERYTHING)
      return !opened.past.reachable
    })
    assert.ok(slowest < 100, `one took ${slowest} ms`)
    await opened.store.put(anAnswer('acme', { resourceVersion: '1000000', status: 'FAILED' }))
    server.resume()
    await untilInRedis(server, 'acme', 'FAILED')
  })

  it('at the start is not waited for longer than it may take', async () => {
    await using server = await openRedisServer()
    server.pause()
    const begun = performance.now()
    await using opened = await openTwoHomes(server)
    await opened.store.put(anAnswer('acme'))
    assert.ok(await opened.store.get('acme'))
    assert.ok(performance.now() - begun < 500)
    opened.past.settle(() => OBSERVED_AT_MS)
    await eventually(() => !opened.past.reachable, { what: 'the outage to be noticed' })
    server.resume()
    await untilInRedis(server, 'acme', 'READY')
  })

  it('does not keep the process from ending', async () => {
    await using server = await openRedisServer()
    const opened = await settled(server, anAnswer('acme'))
    await untilConfirmed(server)
    server.pause()
    await opened.store.put(anAnswer('acme', { resourceVersion: '11' }))
    const begun = performance.now()
    await opened[Symbol.asyncDispose]()
    assert.ok(performance.now() - begun < 2_000)
  })
})

describe('a Redis on a bad line', () => {
  it('is told what it can be told in a short time, and does not keep the process from ending', async () => {
    await using server = await openRedisServer()
    await using line = await openSlowProxy(server, 100)
    const records = Array.from({ length: 2_000 }, (_, index) => anAnswer(`p-${index}`))
    const opened = await settled(line, ...records)
    await untilInRedis(server, 'p-0', 'READY')
    const begun = performance.now()
    await opened[Symbol.asyncDispose]()
    assert.ok(performance.now() - begun < 1_500)
    assert.deepEqual(opened.log.texts('warn'), [])
  })
})

describe('a Redis that came back without the last it was told', () => {
  it('is told that again, and nothing else', async () => {
    await using server = await openRedisServer()
    await using opened = await settled(server, anAnswer('acme'), anAnswer('birch'))
    await untilConfirmed(server)
    const key = (name: string): string => `${PREFIX}v1:record:${name}`
    const turnOf = (name: string): Promise<string | null> => server.client.hget(key(name), 'turn')
    const before = await turnOf('birch')
    // As after a failover to a replica that had not heard it.
    await server.client.hset(key('acme'), { etag: '"older"', status: 'PROVISIONING' })
    await server.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await untilInRedis(server, 'acme', 'READY')
    assert.equal(await turnOf('birch'), before)
    await eventually(() => opened.past.reachable, { what: 'the end of the outage' })
  })
})

describe('a Redis that was emptied', () => {
  it('is filled again, without anybody having to change', async () => {
    await using server = await openRedisServer()
    await using opened = await settled(server, anAnswer('acme'), anAnswer('birch'))
    await untilConfirmed(server)
    await server.client.flushall()
    assert.ok(await opened.store.get('acme'))
    await untilConfirmed(server)
    assert.deepEqual(await server.client.zrange(`${PREFIX}v1:names`, '0', '-1'), ['acme', 'birch'])
  })
})

describe('a Redis that refuses', () => {
  it('the password is an outage; the log says why, and not what the password was', async () => {
    await using server = await openRedisServer({ password: 'right-password' })
    await using opened = await openTwoHomes(server, { password: 'wrong-password' })
    opened.past.settle(() => OBSERVED_AT_MS)
    await opened.store.put(anAnswer('acme'))
    const [line] = await eventually(
      () => {
        const lines = opened.log.lines.filter(({ level }) => level === 'warn')
        return lines.length > 0 && lines
      },
      { what: 'a warning' },
    )
    assert.match(String(line?.fields['why']), /WRONGPASS/u)
    assert.ok(!JSON.stringify(opened.log.lines).includes('wrong-password'))
    assert.ok(await opened.store.get('acme'))
    assert.equal(await inRedis(server, 'acme'), undefined)
  })

  it('the database is an outage, and no other database is written to', async () => {
    await using server = await openRedisServer()
    await using opened = await openTwoHomes(server, { database: 99 })
    await opened.store.put(anAnswer('acme'))
    opened.past.settle(() => OBSERVED_AT_MS)
    await eventually(() => !opened.past.reachable, { what: 'the outage to be noticed' })
    // Long enough for several attempts.
    const attempts = async (): Promise<number> =>
      Number(
        /cmdstat_select:calls=(?<calls>\d+)/u.exec(await server.client.info('commandstats'))?.groups?.[
          'calls'
        ] ?? 0,
      )
    await eventually(async () => (await attempts()) >= 3, { what: 'three attempts' })
    assert.deepEqual(await server.client.keys('*'), [])
  })

  it('to write, being full, is an outage that ends when there is room', async () => {
    await using server = await openRedisServer()
    await using opened = await settled(server, anAnswer('acme'))
    await untilConfirmed(server)
    await server.client.config('SET', 'maxmemory', '1')
    await opened.store.put(anAnswer('birch'))
    await eventually(() => !opened.past.reachable, { what: 'the outage to be noticed' })
    await server.client.config('SET', 'maxmemory', '0')
    await untilInRedis(server, 'birch', 'READY')
  })
})

/** Repeats until it answers true; how long the longest took, in ms. */
async function longestOf(attempt: () => Promise<boolean>): Promise<number> {
  let longest = 0
  await eventually(
    async () => {
      const begun = performance.now()
      const done = await attempt()
      longest = Math.max(longest, performance.now() - begun)
      return done
    },
    { what: 'the end of the attempts' },
  )
  return longest
}
