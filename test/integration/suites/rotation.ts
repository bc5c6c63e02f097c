/** New secret values for a participant that runs: asked for by an annotation, given once, and taken over by its pods. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { ASKS, COMPONENT_LABEL, PARTICIPANT_LABEL, ROTATION_ANNOTATION } from '../../../src/model/names.ts'
import type { RunningService } from '../../../src/service.ts'
import { eventually } from '../../support/eventually.ts'
import { CLUSTER_MS, create, remove, untilStatus } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'

type Values = Readonly<Record<string, string>>
interface Secret extends KubeObject {
  readonly data: Values
}

const SECRETS = ['controlplane-credentials', 'identityhub-credentials', 'postgres-credentials'] as const
/** The vault reads no Secret. */
const READERS = ['controlplane', 'dataplane', 'identityhub', 'postgres'] as const

export function secretsRotate(clusterName: string, open: OpenTestCluster): void {
  describe(`the secret values of a participant on ${clusterName}`, () => {
    let cluster: TestCluster
    before(async () => {
      cluster = await open()
    })
    after(() => cluster[Symbol.asyncDispose]())

    const secretsOf = async (namespace: string): Promise<readonly Secret[]> => {
      const found = SECRETS.map((name) => cluster.kube.get<Secret>(RESOURCES.Secret, { namespace, name }))
      return (await Promise.all(found)).filter((secret) => secret !== undefined)
    }
    const versionsOf = async (namespace: string): Promise<readonly unknown[]> =>
      (await secretsOf(namespace)).map(({ metadata }) => [metadata.uid, metadata.resourceVersion])

    const ask = async (name: string, request: string): Promise<void> => {
      const body = { metadata: { annotations: { [ASKS.rotate]: request } } }
      const change = { type: 'merge', manager: 'somebody-with-kubectl', body } as const
      await cluster.kube.patch(RESOURCES.Participant, { name }, change)
    }

    /** Components whose pods were started for the request, all of them. */
    const restarted = async (namespace: string, request: string): Promise<readonly string[]> => {
      const { items } = await cluster.kube.list<KubeObject>(RESOURCES.Pod, {
        namespace,
        labelSelector: PARTICIPANT_LABEL,
      })
      const old = new Set(
        items
          .filter(({ metadata }) => metadata.annotations?.[ROTATION_ANNOTATION] !== request)
          .map(({ metadata }) => metadata.labels?.[COMPONENT_LABEL]),
      )
      const all = new Set(items.map(({ metadata }) => metadata.labels?.[COMPONENT_LABEL] ?? ''))
      return [...all].filter((component) => !old.has(component)).toSorted()
    }

    const settled = (service: RunningService, name: string): Promise<unknown> =>
      untilStatus(
        service,
        name,
        ({ status, steps }) =>
          status === 'READY' && steps.length > 0 && steps.every(({ state }) => state === 'Done'),
      )

    const untilRestarted = async (name: string, request: string): Promise<void> => {
      await eventually(async () => (await restarted(name, request)).length === READERS.length, {
        what: 'every pod that reads a Secret to be another one',
        withinMs: CLUSTER_MS,
      })
      assert.deepEqual(await restarted(name, request), READERS)
    }

    it('are all replaced once when a person asks, its pods start anew, and it is READY again', async () => {
      await using service = await serviceOn(cluster)
      await create(service, 'rotates')
      await settled(service, 'rotates')
      const first = await secretsOf('rotates')
      assert.equal(first.length, SECRETS.length)
      await ask('rotates', 'after the leak')
      await untilRestarted('rotates', 'after the leak')
      await settled(service, 'rotates')
      const now = await secretsOf('rotates')
      for (const [index, { data, metadata }] of now.entries()) {
        const before = first[index]
        assert.ok(before)
        assert.equal(metadata.uid, before.metadata.uid)
        assert.equal(metadata.annotations?.[ROTATION_ANNOTATION], 'after the leak')
        assert.deepEqual(Object.keys(data), Object.keys(before.data))
        for (const [key, value] of Object.entries(data)) assert.notEqual(value, before.data[key], key)
      }
      const values = now.flatMap(({ data }) => Object.values(data))
      assert.equal(new Set(values).size, values.length)
      await remove(service, 'rotates')
    })

    it('stay as they are in every later pass, and after a restart, until somebody asks again', async () => {
      const first = await serviceOn(cluster)
      await create(first, 'rotated')
      await settled(first, 'rotated')
      await ask('rotated', '1')
      await untilRestarted('rotated', '1')
      await settled(first, 'rotated')
      const versions = await versionsOf('rotated')
      await first[Symbol.asyncDispose]()

      const calls: string[] = []
      await using second = await serviceOn(cluster, {
        onCall: ({ method, path }) => void calls.push(`${method} ${path}`),
      })
      await eventually(() => calls.some((call) => call.endsWith('/namespaces/rotated/deployments')), {
        what: 'the pass to read the last kind',
      })
      // Whatever it would write it has written by the time that another one is ready.
      await create(second, 'after-it')
      await settled(second, 'after-it')
      assert.deepEqual(
        calls.filter((call) => !call.startsWith('GET') && /\brotated\b/u.test(call)),
        [],
      )
      assert.deepEqual(await versionsOf('rotated'), versions)
      await remove(second, 'after-it')

      await ask('rotated', '2')
      await untilRestarted('rotated', '2')
      await settled(second, 'rotated')
      await remove(second, 'rotated')
    })

    it('that somebody took out of a Secret are made again, and no other is touched', async () => {
      await using service = await serviceOn(cluster)
      await create(service, 'lacks')
      await settled(service, 'lacks')
      const key = { namespace: 'lacks', name: 'postgres-credentials' }
      const before = await cluster.kube.get<Secret>(RESOURCES.Secret, key)
      const { 'dataplane-password': _, ...others } = before?.data ?? {}
      const body = { data: { 'dataplane-password': null } }
      const change = { type: 'merge', manager: 'somebody-with-kubectl', body } as const
      await cluster.kube.patch(RESOURCES.Secret, key, change)
      // A new workload wakes a pass.
      await cluster.kube.delete(RESOURCES.Deployment, { namespace: 'lacks', name: 'dataplane' })
      const now = await eventually(
        async () => {
          const found = await cluster.kube.get<Secret>(RESOURCES.Secret, key)
          return found?.data['dataplane-password'] !== undefined && found
        },
        { what: 'the key to be there again', withinMs: CLUSTER_MS },
      )
      const { 'dataplane-password': made, ...kept } = now.data
      assert.ok(made !== undefined && made.length > 40)
      assert.deepEqual(kept, others)
      await settled(service, 'lacks')
      await remove(service, 'lacks')
    })
  })
}
