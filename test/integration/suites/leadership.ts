/** Of several processes one writes, whatever becomes of it; all answer. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Leadership } from '../../../src/kube/leadership.ts'
import { openLeaseElection } from '../../../src/kube/lease-election.ts'
import type { Lease, LeaseSpec } from '../../../src/kube/lease-record.ts'
import { RESOURCES } from '../../../src/model/kubernetes.ts'
import { eventually } from '../../support/eventually.ts'
import { RecordedLog } from '../../support/recorded-log.ts'
import { create, remove, untilReady } from '../participants.ts'
import { firstReconcilingWrite, type Replica, startReplica, untilLeads } from '../replicas.ts'
import type { OpenTestCluster, TestCluster } from '../test-cluster.ts'

/** Times of the issue: from SIGKILL, from SIGTERM, to the first write of another process. */
const AFTER_KILL_MS = 20_000
const AFTER_STOP_MS = 3_000

export function oneProcessWrites(clusterName: string, open: OpenTestCluster): void {
  describe(`several processes on ${clusterName}`, () => {
    let cluster: TestCluster
    let first: Replica
    let second: Replica
    let third: Replica
    before(async () => {
      cluster = await open()
      first = await startReplica(cluster)
      await untilLeads(first)
      second = await startReplica(cluster)
    })
    after(async () => {
      await Promise.all([first, second, third].map((replica) => replica?.[Symbol.asyncDispose]()))
      await cluster[Symbol.asyncDispose]()
    })

    it('all answer and take requests; one reconciles and publishes', async () => {
      await create(second, 'shared')
      await untilReady(first, 'shared')
      await untilReady(second, 'shared')
      // The resource that the request asked for is all that the second wrote.
      assert.deepEqual(
        second.door.writes.map(({ method, path }) => `${method} ${path}`),
        ['POST /apis/dataspaces.dev/v1alpha1/participants'],
      )
      assert.match((await second.story()) ?? '', /_[0-9a-f-]{36} leads$/u)
    })

    it('go on within 3 s when the one that writes is stopped', async () => {
      const stoppedAtMs = performance.now()
      await Promise.all([first.stop(), create(second, 'after-stop')])
      const wroteAtMs = await firstReconcilingWrite(second)
      assert.ok(wroteAtMs - stoppedAtMs <= AFTER_STOP_MS, `took ${wroteAtMs - stoppedAtMs} ms`)
      assert.ok((first.door.writes.at(-1)?.atMs ?? 0) < wroteAtMs, 'the first wrote after the second began')
      await untilReady(second, 'after-stop')
    })

    it('go on within 20 s when the one that writes is killed', async () => {
      third = await startReplica(cluster)
      const killedAtMs = performance.now()
      await second.kill()
      await create(third, 'after-kill')
      const wroteAtMs = await firstReconcilingWrite(third)
      assert.ok(wroteAtMs - killedAtMs <= AFTER_KILL_MS, `took ${wroteAtMs - killedAtMs} ms`)
      await untilReady(third, 'after-kill')
    })

    it('never write together: one that was stopped in the middle of its work writes nothing when it wakes', async () => {
      const old = third
      await using heir = await startReplica(cluster)
      // It sleeps with a write under way after which another comes at once: the answer waits in the socket when it wakes.
      const asleep = Promise.withResolvers<number>()
      old.door.onWrite = ({ method, path, atMs }) => {
        if (method !== 'POST' || !path.endsWith('/secrets')) return
        old.door.onWrite = () => undefined
        process.kill(old.pid, 'SIGSTOP')
        asleep.resolve(atMs)
      }
      await create(heir, 'asleep')
      const asleepAtMs = await asleep.promise
      await untilLeads(heir)
      await untilReady(heir, 'asleep')
      const before = old.door.writes.length
      process.kill(old.pid, 'SIGCONT')
      await eventually(async () => /_\S+ leads$/u.test((await old.story()) ?? ''), {
        what: 'the old one to see the new one',
      })
      // Something to do, which it would do if it still believed that it leads.
      await create(heir, 'awake')
      await untilReady(heir, 'awake')
      assert.deepEqual(old.door.writes.slice(before), [])
      assert.ok(performance.now() - asleepAtMs > 10_000, 'it slept for less than its term')
      await untilReady(old, 'awake')
      const names = ['shared', 'after-stop', 'after-kill', 'asleep', 'awake']
      await Promise.all(names.map((name) => remove(heir, name)))
    })

    it('end readiness first when they are stopped, answer meanwhile, and give the Lease back last', async () => {
      await untilLeads(third)
      const { promise, resolve } = Promise.withResolvers<void>()
      third.door.gate = promise
      const stopped = third.stop()
      const readiness = await eventually(
        async () => {
          const answer = await fetch(`${third.url}/readyz`)
          return !answer.ok && (await answer.text())
        },
        { what: 'readiness to end' },
      )
      assert.match(readiness, /^\[-\]running failed$/mu)
      assert.equal((await fetch(`${third.url}/api/v1/resources`)).status, 200)
      resolve()
      await stopped
      assert.equal((await leaseOf(cluster, leaseNamespaceOf(cluster))).holderIdentity, '')
    })
  })

  describe(`the Lease on ${clusterName}`, () => {
    it('goes to one of many who ask at the same moment, and to another when it is given back', async () => {
      await using cluster = await open()
      const competitors = Array.from({ length: 5 }, (_, index) => compete(cluster, `competitor-${index}`))
      const leaders = (): readonly Leadership[] => competitors.filter((each) => each.reading().leader)
      const [leader] = await eventually(() => leaders().length > 0 && leaders(), { what: 'a leader' })
      assert.equal(leaders().length, 1)
      const { leaseTransitions = 0 } = await leaseOf(cluster)
      await leader?.[Symbol.asyncDispose]()
      await eventually(() => leaders().some((each) => each !== leader), { what: 'another leader' })
      const taken = await leaseOf(cluster)
      assert.equal(taken.leaseTransitions, leaseTransitions + 1)
      assert.match(taken.renewTime ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/u)
      await Promise.all(competitors.map((each) => each[Symbol.asyncDispose]()))
      assert.equal((await leaseOf(cluster)).holderIdentity, '')
    })
  })
}

const NAMESPACE = 'default'

function leaseNamespaceOf({ settings = [] }: TestCluster): string {
  const at = settings.indexOf('--lease-namespace')
  return (at < 0 ? undefined : settings[at + 1]) ?? NAMESPACE
}

function compete({ kube }: TestCluster, identity: string): Leadership {
  const leadership = openLeaseElection({
    kube,
    namespace: NAMESPACE,
    identity,
    now: () => performance.now(),
    wallNow: Date.now,
    random: Math.random,
    log: new RecordedLog(),
  })
  leadership.start(() => ({ [Symbol.asyncDispose]: async () => undefined }))
  return leadership
}

async function leaseOf({ kube }: TestCluster, namespace = NAMESPACE): Promise<LeaseSpec> {
  const key = { namespace, name: 'dataspace-provisioner' }
  return (await kube.get<Lease>(RESOURCES.Lease, key))?.spec ?? {}
}
