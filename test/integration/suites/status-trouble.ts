/** A participant that was READY and is in trouble: which state, which cause, who acts, and that it recovers. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { RESOURCES } from '../../../src/model/kubernetes.ts'
import type { RunningService } from '../../../src/service.ts'
import { create, remove, setFault, untilReady, untilTold } from '../participants.ts'
import { MISSING_IMAGE, type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'
import {
  change,
  changePods,
  componentOf,
  conditionOf,
  conditionsIn,
  Follower,
  setSuspended,
  SOON_MS,
  untilClusterShows,
  untilObserved,
  type WorkloadRef,
} from '../verdicts.ts'

/** From a pull that fails for good to the verdict. */
const PULL_GRACE_MS = 10_000

export function troubleIsExplained(clusterName: string, open: OpenTestCluster): void {
  describe(`a participant in trouble on ${clusterName}`, { concurrency: 4 }, () => {
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

    const deployment = (namespace: string, name: string): WorkloadRef => ({
      kind: 'Deployment',
      namespace,
      name,
    })
    const suspend = (name: string): Promise<void> => setSuspended(cluster, service, { name, suspended: true })
    const resume = (name: string): Promise<void> => setSuspended(cluster, service, { name, suspended: false })

    it('has all its conditions in order while it is READY', async () => {
      await create(service, 'well')
      await untilReady(service, 'well')
      const well = await untilTold(service, 'well', {
        what: 'settled',
        holds: (answer) => conditionOf(answer, 'Reconciling').status === 'False',
      })
      assert.deepEqual(conditionsIn(well), [
        'ComponentsReady=True',
        'NamespaceReady=True',
        'Reachable=Unknown',
        'Ready=True',
        'Reconciling=False',
        'Stalled=False',
      ])
      for (const { type, observedGeneration } of well.conditions) assert.equal(observedGeneration, 1, type)
      for (const component of Object.values(well.components)) assert.equal(component.cause, undefined)
      await remove(service, 'well')
    })

    it('whose new revision cannot be pulled stays up with the old one: DEGRADED, then READY again, never PROVISIONING', async () => {
      await create(service, 'revision')
      await untilReady(service, 'revision')
      await using follower = new Follower(service, 'revision')
      await suspend('revision')
      await changePods(cluster, deployment('revision', 'controlplane'), {
        container: { image: MISSING_IMAGE },
      })
      await untilClusterShows(cluster, {
        namespace: 'revision',
        component: 'controlplane',
        text: 'manifest unknown',
      })
      const told = await untilTold(service, 'revision', {
        what: 'DEGRADED by the image',
        withinMs: SOON_MS,
        holds: ({ status, components }) =>
          status === 'DEGRADED' && components['controlplane']?.cause?.code === 'ImagePull',
      })
      assert.match(told.message, /controlplane: .*does-not-exist/u)
      const judged = await untilTold(service, 'revision', {
        what: 'a verdict on the control plane',
        withinMs: PULL_GRACE_MS + SOON_MS,
        holds: ({ components }) => components['controlplane']?.status === 'Degraded',
      })
      const { ready, cause, message, reason, replicas } = componentOf(judged, 'controlplane')
      assert.deepEqual({ ready, cause }, { ready: false, cause: { code: 'ImagePull', who: 'operator' } })
      assert.match(reason ?? '', /^(ErrImagePull|ImagePullBackOff)$/u)
      assert.match(
        message ?? '',
        /^container controlplane cannot pull image "registry\.invalid\/does-not-exist:1": .*manifest unknown/u,
      )
      assert.equal(replicas.ready, 1, 'the old pod still serves')
      assert.equal(judged.since, told.since, 'the state as a whole did not change')
      await resume('revision')
      await untilReady(service, 'revision')
      await follower[Symbol.asyncDispose]()
      assert.deepEqual(follower.states, ['READY', 'DEGRADED', 'READY'])
      await remove(service, 'revision')
    })

    it('with a crash loop keeps its verdict between the restarts', async () => {
      await create(service, 'looping')
      await untilReady(service, 'looping')
      await using follower = new Follower(service, 'looping')
      await setFault(cluster, { kind: 'StatefulSet', namespace: 'looping', name: 'postgres' }, 'CrashLoop')
      const isLooping = (answer: { components: typeof judged.components }): boolean =>
        answer.components['postgres']?.reason === 'CrashLoopBackOff'
      const judged = await untilTold(service, 'looping', {
        what: 'in a crash loop',
        holds: ({ components }) => components['postgres']?.status === 'Failed',
      })
      assert.equal(judged.status, 'DEGRADED')
      const { cause, message, reason } = componentOf(judged, 'postgres')
      assert.equal(reason, 'CrashLoopBackOff')
      assert.deepEqual(cause, { code: 'CrashLoop', who: 'operator' })
      assert.match(message ?? '', /^container postgres .*exit code 1/u)
      await untilTold(service, 'looping', {
        what: 'restarted twice more',
        holds: ({ components }) =>
          (components['postgres']?.restarts ?? 0) >= (componentOf(judged, 'postgres').restarts ?? 0) + 2,
      })
      const first = follower.seen.findIndex(({ components }) => components['postgres']?.status === 'Failed')
      const meanwhile = follower.seen.slice(Math.max(0, first))
      assert.ok(meanwhile.length > 0)
      for (const answer of meanwhile) {
        assert.ok(isLooping(answer), JSON.stringify(answer.components['postgres']))
        assert.equal(answer.components['postgres']?.status, 'Failed')
        assert.equal(answer.since, judged.since)
      }
      await remove(service, 'looping')
    })

    it('whose new pods run but never become ready names the probe that fails', async () => {
      await create(service, 'unready')
      await untilReady(service, 'unready')
      await suspend('unready')
      const dataplane = deployment('unready', 'dataplane')
      const quick = { periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 1 }
      const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, ...quick }
      await changePods(cluster, dataplane, { container: { readinessProbe, startupProbe: null } })
      await setFault(cluster, dataplane, 'NeverReady')
      const told = await untilTold(service, 'unready', {
        what: 'DEGRADED by a probe',
        holds: ({ status, components }) =>
          status === 'DEGRADED' && components['dataplane']?.cause?.code === 'ProbeFailing',
      })
      const { message, reason, cause } = componentOf(told, 'dataplane')
      assert.equal(reason, 'Unhealthy')
      assert.equal(cause?.who, 'operator')
      assert.match(
        message ?? '',
        /^container dataplane runs, but its readiness probe GET :8080\/ready fails: .*503/u,
      )
      await remove(service, 'unready')
    })

    it('whose pods ask for more than any node has says so at once, and leaves it time to pass', async () => {
      await create(service, 'too-big')
      await untilReady(service, 'too-big')
      // Asked of the participant, for its quota follows: a change by hand would be refused before it is scheduled.
      const resources = { requests: { cpu: '5k' }, limits: { cpu: '5k' } }
      await cluster.kube.patch(
        RESOURCES.Participant,
        { name: 'too-big' },
        { type: 'merge', manager: 'suite', body: { spec: { components: { identityhub: { resources } } } } },
      )
      await untilClusterShows(cluster, {
        namespace: 'too-big',
        component: 'identityhub',
        text: 'Insufficient cpu',
      })
      const told = await untilTold(service, 'too-big', {
        what: 'DEGRADED for want of a node',
        withinMs: 15_000 + SOON_MS,
        holds: ({ status, components }) =>
          status === 'DEGRADED' && components['identityhub']?.reason === 'Unschedulable',
      })
      const { cause, message, status } = componentOf(told, 'identityhub')
      assert.deepEqual(cause, { code: 'Unschedulable', who: 'nobody yet' })
      assert.match(message ?? '', /Insufficient cpu/u)
      assert.notEqual(status, 'Failed')
      await untilTold(service, 'too-big', {
        what: 'explained by the scheduler',
        holds: ({ events }) =>
          events.some(
            ({ reason, object = '', timestamp }) =>
              reason === 'FailedScheduling' &&
              object.startsWith('Pod/identityhub-') &&
              Math.abs(Date.now() - Date.parse(timestamp)) < 120_000,
          ),
      })
      await remove(service, 'too-big')
    })

    it('with a component scaled to zero is DEGRADED, and READY when it is scaled up again', async () => {
      await create(service, 'zero')
      await untilReady(service, 'zero')
      await using follower = new Follower(service, 'zero')
      await suspend('zero')
      await change(cluster, deployment('zero', 'dataplane'), { replicas: 0 })
      const told = await untilTold(service, 'zero', {
        what: 'stopped',
        holds: ({ components }) => components['dataplane']?.status === 'Stopped',
      })
      assert.equal(told.status, 'DEGRADED')
      const { ready, replicas, cause } = componentOf(told, 'dataplane')
      assert.deepEqual(
        { ready, replicas, cause },
        {
          ready: false,
          replicas: { desired: 0, current: 0, ready: 0 },
          cause: { code: 'ScaledToZero', who: 'operator' },
        },
      )
      await change(cluster, deployment('zero', 'dataplane'), { replicas: 1 })
      await untilReady(service, 'zero')
      await follower[Symbol.asyncDispose]()
      assert.deepEqual(follower.states, ['READY', 'DEGRADED', 'READY'])
      await remove(service, 'zero')
    })

    it('is not in trouble when only a specification changes and its pods keep serving', async () => {
      await create(service, 'unruffled')
      await untilReady(service, 'unruffled')
      await suspend('unruffled')
      await using follower = new Follower(service, 'unruffled')
      const changed: readonly WorkloadRef[] = [
        deployment('unruffled', 'controlplane'),
        { kind: 'StatefulSet', namespace: 'unruffled', name: 'postgres' },
      ]
      for (const revisionHistoryLimit of [5, 6, 7])
        for (const workload of changed) await change(cluster, workload, { revisionHistoryLimit })
      for (const workload of changed) await untilObserved(cluster, workload)
      await follower[Symbol.asyncDispose]()
      assert.deepEqual(follower.states, ['READY'])
      await remove(service, 'unruffled')
    })
  })
}
