/** The service ends and begins again with Redis beside it: what was known is answered until the cluster has been seen again. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Answered, type EngineDoor, openEngineDoor } from '../test/support/engine-door.ts'
import { eventually } from '../test/support/eventually.ts'
import { RecordedLog } from '../test/support/recorded-log.ts'
import { openRedisServer, type RedisServer } from '../test/support/redis-server.ts'
import { openTestCluster } from '../test/support/test-cluster.ts'
import { readConfig } from './config/config.ts'
import type { Kube } from './kube/kube.ts'
import { RESOURCES } from './model/kubernetes.ts'
import { startService } from './service.ts'
import { openStore } from './store/open-store.ts'
import { openLogger } from './telemetry/logger.ts'

const ACME = '/api/v1/resources/acme/status'
const PREFIX = 'restart:'

interface Door extends EngineDoor {
  readonly end: () => Promise<void>
}

interface StartOptions {
  readonly held?: boolean
  readonly unavailableAfterMs?: number
}

/** The engine with its answers in memory and in this Redis. */
async function start(
  kube: Kube,
  { port }: RedisServer,
  options: StartOptions = {},
): Promise<Door & AsyncDisposable> {
  const address = { host: '127.0.0.1', port, database: 0, tls: false, prefix: PREFIX }
  const home = await openStore(
    { kind: 'redis', address },
    {
      log: new RecordedLog(),
      random: Math.random,
      tuning: { beatMs: 20, sweepAfterMs: 50 },
    },
  )
  const door = openEngineDoor(kube, { home, ...options })
  let ended = false
  const end = async (): Promise<void> => {
    if (ended) return
    ended = true
    await door[Symbol.asyncDispose]()
    await home.store[Symbol.asyncDispose]()
  }
  return { ...door, end, [Symbol.asyncDispose]: end }
}

const stateOf = ({ body }: Answered): Readonly<Record<string, unknown>> =>
  body as Readonly<Record<string, unknown>>

const until = (door: EngineDoor, path: string, holds: (answer: Answered) => boolean): Promise<Answered> =>
  eventually(
    async () => {
      const answer = await door.get(path)
      return holds(answer) && answer
    },
    { what: `the answer to ${path}` },
  )

/** Leaves `acme` READY, in the cluster and in Redis. */
async function leaveReady(kube: Kube, redis: RedisServer): Promise<Answered> {
  await using door = await start(kube, redis)
  await door.ready
  await door.post('acme')
  const answer = await until(
    door,
    ACME,
    ({ status, body }) =>
      status === 'READY' &&
      (body as { steps: readonly { state: string }[] }).steps.every(({ state }) => state === 'Done'),
  )
  await eventually(
    async () =>
      (await redis.client.hget(`${PREFIX}v1:record:acme`, 'etag')) === answer.headers['etag'] &&
      (await redis.client.exists(`${PREFIX}v1:observed-at`)) === 1,
    { what: 'Redis to know it' },
  )
  return answer
}

describe('after a restart, before the cluster has been seen', () => {
  it('the last verdict is answered as it was, marked with its age, and fresh once the cluster is seen', async () => {
    await using cluster = await openTestCluster()
    await using redis = await openRedisServer()
    const before = await leaveReady(cluster.kube, redis)
    await using door = await start(cluster.kube, redis, { held: true })
    const answer = await until(door, ACME, ({ code }) => code === 200)
    const { stale, observedAt, ...rest } = stateOf(answer)
    assert.deepEqual(rest, before.body)
    assert.equal(stale, true)
    assert.equal(observedAt, answer.headers['x-observed-at'])
    assert.ok(Math.abs(Date.now() - Date.parse(String(observedAt))) < 60_000)
    const list = await door.get('/api/v1/resources?status=READY')
    assert.deepEqual([list.code, list.headers['x-total'], list.headers['x-stale']], [200, '1', 'true'])
    assert.equal((await door.get('/api/v1/resources/nobody/status')).code, 503)
    assert.equal(door.engine.freshness().synced, false)

    door.watches.release()
    await door.ready
    const fresh = await door.get(ACME)
    assert.deepEqual([fresh.status, stateOf(fresh)['stale']], ['READY', undefined])
    assert.equal((await door.get('/api/v1/resources/nobody/status')).code, 404)
  })

  it('nothing is answered without a second home', async () => {
    await using cluster = await openTestCluster()
    await using door = openEngineDoor(cluster.kube, { held: true })
    for (const path of [ACME, '/api/v1/resources']) assert.equal((await door.get(path)).code, 503)
  })

  it('a verdict beyond the budget is not answered', async () => {
    await using cluster = await openTestCluster()
    await using redis = await openRedisServer()
    await leaveReady(cluster.kube, redis)
    const longAgo = Date.now() - 10_000
    await redis.client.set(`${PREFIX}v1:observed-at`, String(longAgo))
    await using door = await start(cluster.kube, redis, { held: true, unavailableAfterMs: 5_000 })
    await eventually(() => door.engine.freshness().recalled === true, { what: 'the recollection' })
    const answer = await door.get(ACME)
    assert.equal(answer.code, 503)
    assert.match(JSON.stringify(answer.body), new RegExp(new Date(longAgo).toISOString().slice(0, 19), 'u'))
  })

  it('a participant that somebody removes then is not READY any more', async () => {
    await using cluster = await openTestCluster()
    await using redis = await openRedisServer()
    await leaveReady(cluster.kube, redis)
    await using door = await start(cluster.kube, redis, { held: true })
    await until(door, ACME, ({ code }) => code === 200)
    assert.equal((await door.delete('acme')).code, 200)
    assert.equal((await door.get(ACME)).code, 503)
    assert.equal((await door.get('/api/v1/resources')).code, 503)
    door.watches.release()
    await door.ready
    await until(door, ACME, ({ code }) => code === 404)
  })

  it('a participant that is gone since is answered as it was, then 404, and leaves Redis', async () => {
    await using cluster = await openTestCluster()
    await using redis = await openRedisServer()
    await leaveReady(cluster.kube, redis)
    await cluster.kube.patch(
      RESOURCES.Participant,
      { name: 'acme' },
      { type: 'merge', manager: 'somebody', body: { metadata: { finalizers: null } } },
    )
    await cluster.kube.delete(RESOURCES.Participant, { name: 'acme' })
    await using door = await start(cluster.kube, redis, { held: true })
    const answer = await until(door, ACME, ({ code }) => code === 200)
    assert.deepEqual([answer.status, stateOf(answer)['stale']], ['READY', true])
    door.watches.release()
    await door.ready
    assert.equal((await door.get(ACME)).code, 404)
    await eventually(async () => (await redis.client.exists(`${PREFIX}v1:record:acme`)) === 0, {
      what: 'the leftover to be erased',
    })
    assert.equal((await door.get(ACME)).code, 404)
  })
})

describe('the service with STORE=redis', () => {
  it('serves and is ready whatever becomes of Redis, and says how that stands', async () => {
    await using redis = await openRedisServer({ password: 'canary-password' })
    const config = readConfig({ args: ['--port', '0'], env: { STORE: redis.url }, readFile: () => '' })
    assert.ok(config !== 'help')
    const lines: string[] = []
    const log = openLogger({ level: 'debug', format: 'json', write: (line) => void lines.push(line) })
    await using service = await startService(config, { log, version: '0.0.0-test' })
    await service.ready
    const readyz = async (): Promise<string> => {
      const answer = await fetch(`${service.healthUrl}/readyz?verbose`)
      assert.equal(answer.status, 200)
      return await answer.text()
    }
    assert.match(await readyz(), /\[\+\]store ok: Redis answers/u)
    await eventually(async () => (await redis.client.exists('dsp:v1:observed-at')) === 1, {
      what: 'Redis to be told',
    })
    await redis.kill()
    await eventually(async () => /\[\+\]store ok: Redis does not answer/u.test(await readyz()), {
      what: 'the outage to be told',
    })
    assert.equal((await fetch(`${service.url}/api/v1/resources`)).status, 200)
    assert.equal((await fetch(`${service.url}/api/v1/resources/nobody/status`)).status, 404)
    assert.ok(!lines.join('').includes('canary-password'))
  })
})
