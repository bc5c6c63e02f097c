/** The namespace of a participant stays as it was made: others may add to it, but not take the guard off. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { RESOURCES } from '../../../src/model/kubernetes.ts'
import { eventually } from '../../support/eventually.ts'
import { create, remove, untilReady } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'

const ENFORCE = 'pod-security.kubernetes.io/enforce'

export function namespacesStayGuarded(clusterName: string, open: OpenTestCluster): void {
  describe(`the namespace of a participant on ${clusterName}`, () => {
    let cluster: TestCluster
    before(async () => {
      cluster = await open()
    })
    after(() => cluster[Symbol.asyncDispose]())

    it('is held to Pod Security again after somebody took that off, and keeps what they added', async () => {
      const key = { name: 'guarded' }
      const first = await serviceOn(cluster)
      await create(first, key.name)
      await untilReady(first, key.name)
      await first[Symbol.asyncDispose]()
      const body = { metadata: { labels: { [ENFORCE]: 'privileged', team: 'theirs' } } }
      await cluster.kube.patch(RESOURCES.Namespace, key, { type: 'merge', manager: 'somebody', body })
      await using second = await serviceOn(cluster)
      const labels = await eventually(
        async () => {
          const now = (await cluster.kube.get(RESOURCES.Namespace, key))?.metadata.labels
          return now?.[ENFORCE] === 'restricted' ? now : undefined
        },
        { what: 'the label to be put right', withinMs: 30_000 },
      )
      assert.equal(labels['team'], 'theirs')
      await remove(second, key.name)
    })
  })
}
