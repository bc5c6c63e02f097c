/** Tests who may write, and until when, with a clock that only the test moves. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { Competitor } from '../../test/support/competitor.ts'
import { type FakeTime, fakeTime } from '../../test/support/fake-time.ts'
import { LeaseCluster } from '../../test/support/lease-cluster.ts'
import { refusal } from '../../test/support/scripted-kube.ts'

interface Scene {
  readonly time: FakeTime
  readonly cluster: LeaseCluster
  /** The first leads when this is returned. */
  readonly first: Competitor
}

async function openScene(t: TestContext): Promise<Scene> {
  const time = fakeTime(t)
  const cluster = new LeaseCluster()
  const first = new Competitor(cluster, 'first')
  await time.pass(0)
  assert.ok(first.leads)
  return { time, cluster, first }
}

/** How long it took, in ms. */
async function untilLeads(time: FakeTime, competitor: Competitor): Promise<number> {
  const startedAtMs = Date.now()
  while (!competitor.leads) {
    assert.ok(Date.now() - startedAtMs < 100_000, 'it never led')
    await time.pass(100)
  }
  return Date.now() - startedAtMs
}

/** Step by step, so that whatever follows from a step happens at its time. */
async function passSlowly(time: FakeTime, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) await time.pass(100)
}

describe('the election', () => {
  it('gives a Lease that nobody has to the first who asks, with times of six digits', async (t) => {
    const { cluster, first } = await openScene(t)
    assert.deepEqual(first.story, ['opened'])
    assert.deepEqual(cluster.lease?.spec, {
      holderIdentity: 'first',
      leaseDurationSeconds: 15,
      acquireTime: '1970-01-01T00:16:40.000000Z',
      renewTime: '1970-01-01T00:16:40.000000Z',
      leaseTransitions: 0,
    })
    await first.leadership[Symbol.asyncDispose]()
  })

  it('renews about every 2 s and changes nothing but the time of renewal', async (t) => {
    const { time, cluster, first } = await openScene(t)
    const [taken] = cluster.writes
    await passSlowly(time, 20_000)
    assert.equal(cluster.writes.length, 11)
    assert.deepEqual(cluster.lease?.spec, { ...taken, renewTime: '1970-01-01T00:17:00.000000Z' })
    assert.deepEqual(first.story, ['opened'])
    // One call for each renewal: what the last one answered is the version that the next one changes.
    assert.deepEqual(new Set(first.kube.calls.slice(2)), new Set(['patch']))
    await first.leadership[Symbol.asyncDispose]()
  })

  it('never lets a second process write while the first renews', async (t) => {
    const { time, cluster, first } = await openScene(t)
    const second = new Competitor(cluster, 'second')
    await passSlowly(time, 120_000)
    assert.deepEqual([first.leads, second.leads, second.story.length], [true, false, 0])
    assert.match(second.leadership.reading().story, /^first leads$/u)
    assert.deepEqual(second.log.texts('info'), ['another process leads'])
    await second.leadership[Symbol.asyncDispose]()
    assert.equal(cluster.lease?.spec?.holderIdentity, 'first')
    await first.leadership[Symbol.asyncDispose]()
  })

  it('passes from a leader that is silent to another after 15 s, and 5 s after its last possible write', async (t) => {
    const { time, cluster, first } = await openScene(t)
    const second = new Competitor(cluster, 'second')
    await passSlowly(time, 4_000)
    first.kube.deaf = true
    const lastRenewalAtMs = Date.now()
    let silentAtMs: number | undefined
    first.terms[0]?.signal.addEventListener('abort', () => (silentAtMs = Date.now()))
    await untilLeads(time, second)
    const tookMs = Date.now() - lastRenewalAtMs
    assert.ok(tookMs >= 15_000 && tookMs <= 17_100, `taken after ${tookMs} ms`)
    assert.ok(Date.now() - (silentAtMs ?? Infinity) >= 5_000, 'the first was silent for too short a time')
    assert.deepEqual(first.story, ['opened', 'closing', 'closed'])
    assert.equal(cluster.lease?.spec?.leaseTransitions, 1)
    assert.notEqual(cluster.lease.spec.acquireTime, cluster.writes[0]?.acquireTime)
    first.kube.deaf = false
    await passSlowly(time, 5_000)
    assert.deepEqual([first.leads, second.leads], [false, true])
    await first.leadership[Symbol.asyncDispose]()
    assert.equal(cluster.lease.spec.holderIdentity, 'second')
    await second.leadership[Symbol.asyncDispose]()
  })

  it('believes no clock but its own: a renewal from the past counts, one from the future does not last', async (t) => {
    const time = fakeTime(t)
    const cluster = new LeaseCluster()
    const claim = { holderIdentity: 'elsewhere', leaseDurationSeconds: 15, leaseTransitions: 3 }
    cluster.put({ ...claim, renewTime: '1970-01-01T00:00:00.000000Z' })
    const second = new Competitor(cluster, 'second')
    await passSlowly(time, 14_000)
    cluster.put({ ...claim, renewTime: '1970-01-01T00:00:01.000000Z' })
    await passSlowly(time, 14_000)
    assert.equal(second.leads, false)
    cluster.put({ ...claim, renewTime: '2999-01-01T00:00:00.000000Z' })
    await passSlowly(time, 20_000)
    assert.equal(second.leads, true)
    assert.equal(cluster.lease?.spec?.leaseTransitions, 4)
    await second.leadership[Symbol.asyncDispose]()
  })

  it('waits as long as the holder asked for, but never more than a minute nor less than its own 15 s', async (t) => {
    const time = fakeTime(t)
    for (const [asked, least, most] of [
      [30, 30_000, 32_100],
      [86_400, 60_000, 62_100],
      [1, 15_000, 17_100],
    ] as const) {
      const cluster = new LeaseCluster()
      cluster.put({ holderIdentity: 'elsewhere', leaseDurationSeconds: asked })
      const second = new Competitor(cluster, 'second')
      const tookMs = await untilLeads(time, second)
      assert.ok(tookMs >= least && tookMs <= most, `asked ${asked} s, waited ${tookMs} ms`)
      await second.leadership[Symbol.asyncDispose]()
    }
  })

  it('is kept with an API server that takes 4 s for each answer', async (t) => {
    const { time, first } = await openScene(t)
    first.kube.latencyMs = 4_000
    await passSlowly(time, 60_000)
    assert.deepEqual(first.story, ['opened'])
    assert.ok(first.mayWrite)
    first.kube.latencyMs = 0
    await passSlowly(time, 4_000)
    await first.leadership[Symbol.asyncDispose]()
  })

  it('is kept over a hang of one attempt', async (t) => {
    const { time, first } = await openScene(t)
    first.kube.deaf = true
    await passSlowly(time, 5_000)
    first.kube.deaf = false
    await passSlowly(time, 6_000)
    assert.deepEqual(first.story, ['opened'])
    assert.ok(first.mayWrite)
    await first.leadership[Symbol.asyncDispose]()
  })

  it('is kept when the Lease was changed by somebody who does not compete', async (t) => {
    const { time, cluster, first } = await openScene(t)
    cluster.annotate()
    await passSlowly(time, 30_000)
    assert.deepEqual(first.story, ['opened'])
    assert.deepEqual(first.log.texts('warn', 'error'), [])
    await first.leadership[Symbol.asyncDispose]()
  })

  it('is kept when a renewal was carried out and its answer lost', async (t) => {
    const { time, first } = await openScene(t)
    first.kube.answersLost = true
    await passSlowly(time, 3_000)
    first.kube.answersLost = false
    await passSlowly(time, 30_000)
    assert.deepEqual(first.story, ['opened'])
    await first.leadership[Symbol.asyncDispose]()
  })

  it('ends at once for whoever sees another name in the Lease', async (t) => {
    const { time, cluster, first } = await openScene(t)
    cluster.put({ ...cluster.lease?.spec, holderIdentity: 'usurper' })
    // The first renewal is a Conflict, the look after it shows why.
    await passSlowly(time, 4_000)
    assert.deepEqual([first.leads, first.mayWrite], [false, false])
    assert.deepEqual(first.log.texts('warn'), [
      'leads no longer: this process writes nothing until it leads again',
    ])
    await first.leadership[Symbol.asyncDispose]()
    assert.equal(cluster.lease?.spec?.holderIdentity, 'usurper')
  })

  it('comes back to a process whose writers have closed, not before', async (t) => {
    const { time, first } = await openScene(t)
    const { promise, resolve } = Promise.withResolvers<void>()
    first.closing = promise
    first.kube.deaf = true
    await passSlowly(time, 11_000)
    first.kube.deaf = false
    await passSlowly(time, 10_000)
    assert.deepEqual(first.story, ['opened', 'closing'])
    resolve()
    await passSlowly(time, 4_000)
    assert.deepEqual(first.story, ['opened', 'closing', 'closed', 'opened'])
    assert.equal(first.leadership.reading().transitions, 3)
    await first.leadership[Symbol.asyncDispose]()
  })
})

describe('a leader that stops', () => {
  it('gives the Lease back when its writers have closed, and another has it within 2 s', async (t) => {
    const { time, cluster, first } = await openScene(t)
    const second = new Competitor(cluster, 'second')
    await time.pass(500)
    const { promise, resolve } = Promise.withResolvers<void>()
    first.closing = promise
    const stopped = first.leadership[Symbol.asyncDispose]()
    await time.pass(100)
    assert.equal(cluster.lease?.spec?.holderIdentity, 'first')
    resolve()
    await time.pass(0)
    await stopped
    const { holderIdentity, leaseDurationSeconds } = cluster.lease.spec
    assert.deepEqual([holderIdentity, leaseDurationSeconds], ['', 1])
    await passSlowly(time, 2_000)
    assert.ok(second.leads)
    assert.equal(cluster.lease.spec.leaseTransitions, 1)
    await second.leadership[Symbol.asyncDispose]()
  })

  it('cuts writes that are not answered within a second', async (t) => {
    const { time, first } = await openScene(t)
    first.closing = new Promise((resolve) => {
      first.terms[0]?.signal.addEventListener('abort', () => resolve())
    })
    const stopped = first.leadership[Symbol.asyncDispose]()
    await time.pass(900)
    assert.deepEqual(first.story, ['opened', 'closing'])
    await time.pass(200)
    await stopped
    assert.deepEqual(first.story, ['opened', 'closing', 'closed'])
  })

  it('stops all the same when the API server does not answer, and says how long others wait', async (t) => {
    const { time, cluster, first } = await openScene(t)
    first.kube.deaf = true
    const stopped = first.leadership[Symbol.asyncDispose]()
    await passSlowly(time, 2_100)
    await stopped
    assert.equal(cluster.lease?.spec?.holderIdentity, 'first')
    assert.deepEqual(first.log.texts('warn'), [
      'the Lease was not given back; another process takes it after 15 s',
    ])
  })
})

describe('a process that lacks a right', () => {
  for (const verb of ['get', 'create', 'patch'] as const)
    it(`says that it needs "${verb}" on leases, once, writes nothing, and leads when it has it`, async (t) => {
      const time = fakeTime(t)
      const cluster = new LeaseCluster()
      if (verb === 'patch') cluster.put({ holderIdentity: '' })
      const methods = { get: 'GET', create: 'POST', patch: 'PATCH' }
      const request = `${methods[verb]} /apis/coordination.k8s.io/v1/namespaces/default/leases`
      const error = refusal(403, 'Forbidden', { request })
      const first = new Competitor(cluster, 'first', (asked) => (asked === verb ? error : undefined))
      await passSlowly(time, 60_000)
      assert.deepEqual([first.leads, first.story.length], [false, 0])
      const lines = first.log.lines.filter(({ level }) => level === 'error')
      assert.equal(lines.length, 1)
      const sentence = `allow this account to "${verb}" leases.coordination.k8s.io in namespace "default"`
      assert.ok(String(lines[0]?.fields['fix']).startsWith(sentence))
      assert.ok(first.leadership.reading().story.startsWith(`nobody leads; ${sentence}`))
      first.kube.refuse = undefined
      await passSlowly(time, 2_100)
      assert.ok(first.leads)
      await first.leadership[Symbol.asyncDispose]()
    })

  it('is told when the namespace of the Lease does not exist', async (t) => {
    const time = fakeTime(t)
    const first = new Competitor(new LeaseCluster(), 'first', (verb) =>
      verb === 'create' ? refusal(404, 'NotFound') : undefined,
    )
    await time.pass(100)
    assert.match(first.leadership.reading().story, /namespace "default" is missing/u)
    await first.leadership[Symbol.asyncDispose]()
  })
})
