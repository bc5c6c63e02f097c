/** Nothing that matters lives in the process: it can be killed at any moment and started again. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { eventually } from '../../support/eventually.ts'
import {
  call,
  create,
  remove,
  setFault,
  statusOf,
  untilGone,
  untilReady,
  untilStatus,
} from '../participants.ts'
import { startProcess } from '../process.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'

export function restartsAreHarmless(clusterName: string, open: OpenTestCluster): void {
  describe(`a restart on ${clusterName}`, () => {
    let cluster: TestCluster
    before(async () => {
      cluster = await open()
    })
    after(() => cluster[Symbol.asyncDispose]())

    it('after SIGKILL in the middle of a creation finishes it, and no secret changes', async () => {
      const first = await startProcess(cluster)
      await create(first, 'killed')
      const secret = await eventually(
        () => cluster.kube.get(RESOURCES.Secret, { namespace: 'killed', name: 'postgres-credentials' }),
        {
          what: 'the first Secret',
        },
      )
      await first.kill()
      await using second = await startProcess(cluster)
      await untilReady(second, 'killed')
      const now = await cluster.kube.get(RESOURCES.Secret, {
        namespace: 'killed',
        name: 'postgres-credentials',
      })
      assert.equal(now?.metadata.resourceVersion, secret.metadata.resourceVersion)
      await call(second, 'DELETE /api/v1/resources/killed')
      await untilGone(second, 'killed')
    })

    it('after SIGKILL in the middle of a removal finishes it', async () => {
      const first = await startProcess(cluster)
      await create(first, 'half-gone')
      await untilReady(first, 'half-gone')
      await call(first, 'DELETE /api/v1/resources/half-gone')
      await first.kill()
      await using second = await startProcess(cluster)
      await untilGone(second, 'half-gone')
      assert.equal(await cluster.kube.get<KubeObject>(RESOURCES.Namespace, { name: 'half-gone' }), undefined)
    })

    it('gives the same answer as before, entity tag included, and remembers that it was READY once', async () => {
      const first = await serviceOn(cluster)
      await create(first, 'steady')
      await untilReady(first, 'steady')
      await eventually(
        async () => (await statusOf(first, 'steady'))?.steps.every(({ state }) => state === 'Done'),
        { what: 'all steps done' },
      )
      await setFault(cluster, { kind: 'Deployment', namespace: 'steady', name: 'dataplane' }, 'NeverReady')
      await untilStatus(first, 'steady', ({ status }) => status === 'DEGRADED')
      await first[Symbol.asyncDispose]()
      await using second = await serviceOn(cluster)
      assert.equal((await statusOf(second, 'steady'))?.status, 'DEGRADED')
      await remove(second, 'steady')
    })
  })
}
