/** A first start: monotone when it succeeds, and FAILED with its cause, in time, when it cannot. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { RunningService } from '../../../src/service.ts'
import { call, create, remove, untilReady, untilTold } from '../participants.ts'
import { MISSING_IMAGE, type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'
import {
  changePods,
  componentOf,
  conditionOf,
  Follower,
  setSuspended,
  SOON_MS,
  untilClusterShows,
} from '../verdicts.ts'

const PULL_GRACE_MS = 10_000

export function firstStartsAreJudged(clusterName: string, open: OpenTestCluster): void {
  describe(`a first start on ${clusterName}`, { concurrency: 3 }, () => {
    let cluster: TestCluster
    let service: RunningService
    before(async () => {
      cluster = await open()
      service = await serviceOn(cluster)
    })
    after(async () => {
      await service[Symbol.asyncDispose]()
      await cluster[Symbol.asyncDispose]()
    })

    it('is PROVISIONING until it is READY, and nothing else in between, for any caller who looks', async () => {
      await create(service, 'first-start')
      await using follower = new Follower(service, 'first-start')
      await untilReady(service, 'first-start')
      await follower[Symbol.asyncDispose]()
      const before = follower.seen.findIndex(({ status }) => status === 'READY')
      assert.deepEqual(
        new Set(follower.seen.slice(0, Math.max(0, before)).map(({ status }) => status)),
        new Set(['PROVISIONING']),
      )
      assert.ok(follower.seen.every(({ status }, place) => status === 'READY' || place < before))
      await remove(service, 'first-start')
    })

    it('is seen by the caller who asked for it, in the very next GET, as is its removal', async () => {
      await create(service, 'read-own')
      const first = await call(service, 'GET /api/v1/resources/read-own/status')
      assert.equal(first.code, 200)
      assert.equal((first.body as { status: string }).status, 'PROVISIONING')
      await untilReady(service, 'read-own')
      assert.equal((await call(service, 'DELETE /api/v1/resources/read-own')).code, 200)
      const last = await call(service, 'GET /api/v1/resources/read-own/status')
      assert.ok(last.code === 404 || (last.body as { status: string }).status === 'DELETING')
    })

    it('with an image that does not exist is FAILED after 10 s, says which image, and that a person has to act', async () => {
      await create(service, 'no-such-image', { profile: 'broken-image' })
      await untilClusterShows(cluster, {
        namespace: 'no-such-image',
        component: 'controlplane',
        text: 'manifest unknown',
      })
      const told = await untilTold(service, 'no-such-image', {
        what: 'waiting for the image',
        withinMs: SOON_MS,
        holds: ({ components }) => components['controlplane']?.cause?.code === 'ImagePull',
      })
      assert.equal(told.status, 'PROVISIONING')
      const judged = await untilTold(service, 'no-such-image', {
        what: 'FAILED',
        withinMs: PULL_GRACE_MS + SOON_MS,
        holds: ({ status }) => status === 'FAILED',
      })
      assert.equal(judged.reason, 'ComponentFailed')
      assert.ok(judged.message.includes(MISSING_IMAGE), judged.message)
      const { cause, status } = componentOf(judged, 'controlplane')
      assert.equal(status, 'Failed')
      assert.deepEqual(cause, { code: 'ImagePull', who: 'operator' })
      assert.equal(conditionOf(judged, 'Stalled').status, 'True')
      assert.equal(conditionOf(judged, 'Reconciling').status, 'False')
      assert.equal(conditionOf(judged, 'Ready').reason, 'ComponentFailed')
      assert.ok(Date.parse(judged.since) > Date.parse(told.since), 'since the verdict, not since the start')
      await remove(service, 'no-such-image')
    })

    it('whose pods no node can ever match is FAILED at once, for the platform to mend', async () => {
      await create(service, 'no-such-node', { profile: 'broken-image' })
      await untilTold(service, 'no-such-node', {
        what: 'applied',
        holds: ({ steps }) => steps.some(({ name, state }) => name === 'workloads' && state === 'Done'),
      })
      await setSuspended(cluster, service, { name: 'no-such-node', suspended: true })
      await changePods(
        cluster,
        { kind: 'Deployment', namespace: 'no-such-node', name: 'controlplane' },
        { container: { image: 'any:1' }, pod: { nodeSelector: { 'example.com/disk': 'none' } } },
      )
      await untilClusterShows(cluster, {
        namespace: 'no-such-node',
        component: 'controlplane',
        text: 'node affinity/selector',
      })
      const judged = await untilTold(service, 'no-such-node', {
        what: 'FAILED for want of a node',
        withinMs: 15_000 + SOON_MS,
        holds: ({ status, components }) =>
          status === 'FAILED' && components['controlplane']?.reason === 'Unschedulable',
      })
      const { cause, message } = componentOf(judged, 'controlplane')
      assert.deepEqual(cause, { code: 'Unschedulable', who: 'platform' })
      assert.match(message ?? '', /didn't match Pod's node affinity\/selector/u)
      await remove(service, 'no-such-node')
    })
  })
}
