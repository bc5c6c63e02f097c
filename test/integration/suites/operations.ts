/** What was asked of a participant: followed while it runs, remembered when it is over, and told of by events. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { ASKS } from '../../../src/model/names.ts'
import type { Participant } from '../../../src/model/participant.ts'
import { stepsFor } from '../../../src/reconcile/pass.ts'
import { aParticipant } from '../../support/builders.ts'
import { eventually } from '../../support/eventually.ts'
import {
  ask,
  type CoreEvent,
  created,
  describeParticipant,
  eventsAbout,
  operationAt,
  operationsOf,
  told,
  untilEvent,
  untilNewest,
  untilOver,
} from '../operations.ts'
import { call, CLUSTER_MS, create, remove, setFault, untilReady, untilStatus } from '../participants.ts'
import { MISSING_IMAGE, type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'
import { changePods } from '../verdicts.ts'

const STEPS = stepsFor(aParticipant()).map(({ name }) => name)

export function operationsAreRemembered(clusterName: string, open: OpenTestCluster): void {
  describe(`operations on ${clusterName}`, () => {
    let cluster: TestCluster
    before(async () => {
      cluster = await open()
    })
    after(() => cluster[Symbol.asyncDispose]())

    const annotate = (name: string, value: string): Promise<KubeObject> =>
      cluster.kube.patch<KubeObject>(
        RESOURCES.Participant,
        { name },
        {
          type: 'merge',
          manager: 'kubectl-annotate',
          body: { metadata: { annotations: { [ASKS.retry]: value } } },
        },
      )

    it('are followed from the request to the end, with each step and its time', async () => {
      await using service = await serviceOn(cluster)
      const { headers } = await create(service, 'op-made')
      const location = headers.get('operation-location') ?? ''
      const first = await operationAt(service, location)
      assert.ok(['create pending', 'create running'].includes(told(first)), told(first))
      const running = await eventually(
        async () => {
          const operation = await operationAt(service, location)
          return (
            operation.steps.some(({ name, state }) => name === 'workloads' && state === 'Done') && operation
          )
        },
        { what: 'the workloads to be written' },
      )
      assert.deepEqual(
        running.steps.map(({ name }) => name),
        STEPS,
      )
      const { state, steps, startedTime = '', finishedTime = '', error } = await untilOver(service, location)
      assert.deepEqual([state, error], ['succeeded', undefined])
      assert.deepEqual(
        steps.map((step) => `${step.name} ${step.state}`),
        STEPS.map((name) => `${name} Done`),
      )
      assert.ok(steps.every(({ attempts }) => attempts >= 1))
      const longest = Date.parse(finishedTime) - Date.parse(startedTime) + 1_000
      assert.ok(
        steps.every(({ durationMs = -1 }) => durationMs >= 0 && durationMs <= longest),
        JSON.stringify(steps),
      )
      assert.deepEqual((await operationsOf(service, 'op-made')).map(told), ['create succeeded'])
      await untilEvent(cluster, 'op-made', {
        reason: 'OperationSucceeded',
        says: /^create succeeded (after \d|within)/u,
      })
      const ready = await untilEvent(cluster, 'op-made', {
        reason: 'AllComponentsReady',
        says: /^READY: All components/u,
      })
      assert.deepEqual([ready.type, ready.reportingComponent], ['Normal', 'dataspaces.dev/provisioner'])
      await remove(service, 'op-made')
      await untilEvent(cluster, 'op-made', {
        reason: 'OperationSucceeded',
        says: /^delete succeeded .*released/u,
      })
    })

    it('that fail name step and cause, and a retry after the cause is gone succeeds, on any process', async () => {
      await using service = await serviceOn(cluster)
      const { headers } = await create(service, 'op-broken', { profile: 'broken-image' })
      const failed = await untilOver(service, headers.get('operation-location') ?? '')
      assert.equal(failed.state, 'failed')
      assert.deepEqual([failed.error?.step, failed.error?.code], ['readiness', 'ImagePull'])
      assert.match(failed.error?.message ?? '', new RegExp(`controlplane: .*${MISSING_IMAGE}`, 'u'))
      await untilEvent(cluster, 'op-broken', {
        reason: 'OperationFailed',
        says: /^create failed after \d+ s at step readiness \(ImagePull\)/u,
      })
      const event = await untilEvent(cluster, 'op-broken', {
        reason: 'ComponentFailed',
        says: /^FAILED: controlplane: /u,
      })
      assert.equal(event.type, 'Warning')
      const described = await describeParticipant(cluster, 'op-broken')
      for (const sentence of [
        /controlplane: container controlplane cannot pull image/u,
        /ComponentFailed\b.*FAILED: controlplane: /u,
        /OperationFailed\b.*create failed after .* at step readiness \(ImagePull\)\. Once the cause is gone/u,
        /a component cannot become ready without a person/u,
      ])
        assert.match(described, sentence)
      // The mended profile: a new generation, hence an update.
      const body = { spec: { profile: 'default' } }
      await cluster.kube.patch(
        RESOURCES.Participant,
        { name: 'op-broken' },
        { type: 'merge', manager: 'kubectl-edit', body },
      )
      // While it runs, a retry would be this very operation.
      await untilNewest(service, 'op-broken', 'update succeeded')
      await using other = await serviceOn(cluster)
      const { location, operation } = await ask(other, 'op-broken', 'retry')
      assert.equal(operation.type, 'retry')
      assert.equal((await untilOver(other, location)).state, 'succeeded')
      await untilNewest(service, 'op-broken', 'retry succeeded')
      assert.deepEqual((await operationsOf(service, 'op-broken')).map(told), [
        'retry succeeded',
        'update succeeded',
        'create failed',
      ])
      await remove(service, 'op-broken')
    })

    it('are begun by an annotation too, and end what a foreign namespace had stopped', async () => {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'op-foreign' } }
      await using service = await serviceOn(cluster)
      await cluster.kube.create<KubeObject>({
        apiVersion: 'dataspaces.dev/v1alpha1',
        kind: 'Participant',
        metadata: { name: 'op-foreign' },
        spec: { did: 'did:web:op-foreign.example', suspended: true },
      } as KubeObject)
      await cluster.kube.create<KubeObject>(namespace)
      await untilNewest(service, 'op-foreign', 'suspend succeeded')
      const { location } = await ask(service, 'op-foreign', 'resume')
      const failed = await untilOver(service, location)
      assert.deepEqual(
        [failed.state, failed.error?.step, failed.error?.code],
        ['failed', 'namespace', 'NamespaceForeign'],
      )
      await untilEvent(cluster, 'op-foreign', {
        reason: 'NamespaceForeign',
        says: /^step namespace cannot go on: .*nothing in it is touched/u,
      })
      await cluster.kube.delete(RESOURCES.Namespace, { name: 'op-foreign' })
      await eventually(
        async () => (await cluster.kube.get(RESOURCES.Namespace, { name: 'op-foreign' })) === undefined,
        { what: 'the foreign namespace to go', withinMs: CLUSTER_MS },
      )
      await annotate('op-foreign', 'now')
      await untilReady(service, 'op-foreign')
      await untilNewest(service, 'op-foreign', 'retry succeeded')
      await untilEvent(cluster, 'op-foreign', { reason: 'StepRecovered', says: /^step namespace is done/u })
      await remove(service, 'op-foreign')
    })

    it('suspend and resume, and while suspended nothing is repaired', async () => {
      await using service = await serviceOn(cluster)
      await created(service, 'op-rests')
      const suspending = await ask(service, 'op-rests', 'suspend')
      assert.equal((await untilOver(service, suspending.location)).state, 'succeeded')
      assert.equal((await ask(service, 'op-rests', 'suspend')).location, suspending.location)
      const refused = await call(service, 'POST /api/v1/resources/op-rests/retry')
      assert.equal(refused.code, 409)
      await changePods(
        cluster,
        { kind: 'Deployment', namespace: 'op-rests', name: 'dataplane' },
        {
          container: { image: MISSING_IMAGE },
        },
      )
      await untilStatus(service, 'op-rests', ({ status }) => status === 'DEGRADED')
      const resuming = await ask(service, 'op-rests', 'resume')
      assert.equal((await untilOver(service, resuming.location)).state, 'succeeded')
      await untilEvent(cluster, 'op-rests', {
        reason: 'DriftRepaired',
        says: /^Deployment "dataplane" was changed by somebody.*kubectl/u,
      })
      assert.deepEqual((await operationsOf(service, 'op-rests')).map(told), [
        'resume succeeded',
        'suspend succeeded',
        'create succeeded',
      ])
      await remove(service, 'op-rests')
    })

    it('remove, and are gone with what they removed', async () => {
      await using service = await serviceOn(cluster)
      await created(service, 'op-gone')
      // Somebody else's finalizer keeps the resource in sight.
      const patch = (finalizers: readonly string[] | null): Promise<KubeObject> =>
        cluster.kube.patch<KubeObject>(
          RESOURCES.Participant,
          { name: 'op-gone' },
          { type: 'merge', manager: 'suite', body: { metadata: { finalizers } } },
        )
      const own = (await cluster.kube.get<Participant>(RESOURCES.Participant, { name: 'op-gone' }))?.metadata
      await patch([...(own?.finalizers ?? []), 'example.org/witness'])
      const { headers } = await call(service, 'DELETE /api/v1/resources/op-gone')
      const location = headers.get('operation-location') ?? ''
      const running = await eventually(
        async () => {
          const operation = await operationAt(service, location)
          return operation.state === 'running' && operation
        },
        { what: 'the removal to run' },
      )
      assert.ok(running.steps.some(({ name }) => name === 'remove-namespace'))
      assert.deepEqual((await operationsOf(service, 'op-gone')).map(told), [
        'delete running',
        'create succeeded',
      ])
      await eventually(
        async () => {
          const live = await cluster.kube.get<Participant>(RESOURCES.Participant, { name: 'op-gone' })
          return live?.metadata.finalizers?.join() === 'example.org/witness'
        },
        { what: 'the participant to be released', withinMs: CLUSTER_MS },
      )
      await patch(null)
      const gone = await eventually(
        async () => {
          const reply = await call(service, `GET ${location as `/${string}`}`)
          return reply.code === 404 && reply
        },
        { what: 'the operation to be gone' },
      )
      assert.match(JSON.stringify(gone.body), /is over and gone/u)
    })

    it('are remembered over a restart, no more than eight of them, and none changes once it is over', async () => {
      await using first = await serviceOn(cluster)
      await created(first, 'op-often')
      for (let nth = 1; nth <= 8; nth += 1) {
        const { location, operation } = await ask(first, 'op-often', 'retry')
        assert.match(operation.id, new RegExp(`^op-often\\.retry-${nth}\\.`, 'u'))
        await untilOver(first, location)
      }
      const known = await operationsOf(first, 'op-often')
      assert.deepEqual(
        known.map(told),
        Array.from({ length: 8 }, () => 'retry succeeded'),
      )
      await first[Symbol.asyncDispose]()
      await using second = await serviceOn(cluster)
      assert.deepEqual(await operationsOf(second, 'op-often'), known)
      const { operation } = await ask(second, 'op-often', 'retry')
      assert.match(operation.id, /^op-often\.retry-9\./u)
      await remove(second, 'op-often')
    })

    it('that happen again and again become one event with a count', async () => {
      await using service = await serviceOn(cluster)
      await created(service, 'op-again')
      for (let turn = 0; turn < 2; turn += 1) {
        const dataplane = { kind: 'Deployment', namespace: 'op-again', name: 'dataplane' } as const
        await setFault(cluster, dataplane, 'NeverReady')
        await untilStatus(service, 'op-again', ({ status }) => status === 'DEGRADED')
        await setFault(cluster, dataplane, undefined)
        await untilReady(service, 'op-again')
      }
      const events = (await eventsAbout(cluster, 'op-again')).filter(
        ({ reason }) => reason === 'AllComponentsReady',
      )
      assert.ok(events.length > 0)
      const counted = await eventually(
        async () => {
          const all = (await eventsAbout(cluster, 'op-again')) as readonly (CoreEvent & {
            series?: { count: number }
          })[]
          return all.find(
            ({ reason, series }) => reason === 'AllComponentsReady' && (series?.count ?? 1) >= 3,
          )
        },
        { what: 'a count of three', withinMs: 30_000 },
      )
      const same = (await eventsAbout(cluster, 'op-again')).filter(
        ({ message }) => message === counted.message,
      )
      assert.equal(same.length, 1)
      await remove(service, 'op-again')
    })
  })
}
