/** Another profile: components are replaced in order, one after the other, up to the first that fails. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { REPLACING_ANNOTATION } from '../../../src/model/names.ts'
import { type ComponentName, COMPONENTS, type Participant } from '../../../src/model/participant.ts'
import { imageOf } from '../../../src/plan/replacing.ts'
import type { RunningService } from '../../../src/service.ts'
import type { Answer } from '../../../src/status/answer.ts'
import { isLiveRolledOut } from '../../../src/status/rolled-out.ts'
import { eventually } from '../../support/eventually.ts'
import { create, remove, setFault, untilTold } from '../participants.ts'
import { type OpenTestCluster, RELEASES, serviceOn, type TestCluster } from '../test-cluster.ts'
import { componentOf, conditionOf } from '../verdicts.ts'

type Workloads = Readonly<Record<ComponentName, Workload>>
interface Workload extends KubeObject {
  readonly spec: { readonly replicas: number }
  readonly status?: { readonly availableReplicas?: number }
}

export function upgradesTakeTurns(clusterName: string, open: OpenTestCluster): void {
  describe(`an upgrade on ${clusterName}`, { concurrency: 3 }, () => {
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

    /** Deployments first: who comes later is never seen further than who comes before. */
    const workloadsOf = async (namespace: string): Promise<Workloads> => {
      const deployments = await cluster.kube.list<Workload>(RESOURCES.Deployment, { namespace })
      const statefulSets = await cluster.kube.list<Workload>(RESOURCES.StatefulSet, { namespace })
      const all = [...deployments.items, ...statefulSets.items]
      return Object.fromEntries(all.map((item) => [item.metadata.name, item])) as unknown as Workloads
    }
    const ask = (name: string, spec: object): Promise<KubeObject> =>
      cluster.kube.patch(
        RESOURCES.Participant,
        { name },
        { type: 'merge', manager: 'somebody-with-kubectl', body: { spec } },
      )
    const atRest = (name: string): Promise<Answer> =>
      untilTold(service, name, {
        what: 'at rest',
        holds: ({ status, steps }) =>
          status === 'READY' && steps.length > 0 && steps.every(({ state }) => state === 'Done'),
      })
    const made = async (name: string): Promise<void> => {
      await create(service, name)
      await atRest(name)
    }
    const generations = (workloads: Workloads, names: readonly ComponentName[]): readonly unknown[] =>
      names.map((name) => [workloads[name].metadata.uid, workloads[name].metadata.generation])
    const untilUpgradeFailed = (name: string, component: ComponentName): Promise<Answer> =>
      untilTold(service, name, {
        what: `DEGRADED for the upgrade of ${component} failed`,
        holds: ({ status, reason, message }) =>
          status === 'DEGRADED' && reason === 'UpgradeFailed' && message.startsWith(component),
      })

    it('replaces one component after the other, each when the one before runs', async () => {
      await made('rolls')
      const images = RELEASES.next
      const isNew = (workloads: Workloads, name: ComponentName): boolean =>
        imageOf(workloads[name]) === images[name]
      await ask('rolls', { profile: 'next' })
      const told = new Set<string>()
      await eventually(
        async () => {
          const now = await workloadsOf('rolls')
          const begun = COMPONENTS.filter((name) => isNew(now, name))
          assert.deepEqual(begun, COMPONENTS.slice(0, begun.length))
          for (const name of begun.slice(0, -1)) assert.ok(isLiveRolledOut(now[name]), `${name} does not run`)
          const [step] = (
            await untilTold(service, 'rolls', { what: 'there', holds: () => true })
          ).steps.filter(({ reason }) => reason === 'RollingOut')
          if (step?.message !== undefined) told.add(step.message)
          return begun.length === COMPONENTS.length
        },
        { what: 'all to be replaced', withinMs: 60_000 },
      )
      await atRest('rolls')
      const now = await workloadsOf('rolls')
      for (const name of COMPONENTS) {
        assert.equal(imageOf(now[name]), images[name])
        const { annotations = {} } = now[name].metadata
        assert.equal(annotations[REPLACING_ANNOTATION], undefined)
        // Of Deployments only.
        const revision = annotations['deployment.kubernetes.io/revision'] ?? '2'
        assert.equal(revision, '2', `the pods of ${name} were replaced more than once`)
      }
      const first = [...told].find((message) => message.startsWith('vault is being replaced'))
      assert.match(
        first ?? [...told].join(),
        /\(image openbao\/openbao:2\.4\.4 -> openbao\/openbao:2\.4\.5\); identityhub, controlplane, dataplane wait for it$/u,
      )
      await remove(service, 'rolls')
    })

    it('stops at the first that fails, whose old pod serves on, and goes on when it is set back', async () => {
      await made('stops')
      const before = await workloadsOf('stops')
      const settings = { namespace: 'stops', name: 'controlplane-settings' }
      const told = await cluster.kube.get(RESOURCES.ConfigMap, settings)
      await ask('stops', { profile: 'broken-identityhub', host: 'dataspace.example' })
      const failed = await untilUpgradeFailed('stops', 'identityhub')
      assert.match(failed.message, /image .*identityhub:0\.15\.1 -> registry\.invalid\/does-not-exist:1\): /u)
      assert.match(failed.message, /The old pod still serves; controlplane is left as before\. Correct /u)
      assert.equal(conditionOf(failed, 'Stalled').reason, 'UpgradeFailed')
      assert.equal(componentOf(failed, 'controlplane').ready, true)
      const now = await workloadsOf('stops')
      assert.equal(now.identityhub.status?.availableReplicas, 1)
      const others = COMPONENTS.filter((name) => name !== 'identityhub')
      assert.deepEqual(generations(now, others), generations(before, others))
      const left = await cluster.kube.get(RESOURCES.ConfigMap, settings)
      assert.equal(left?.metadata.resourceVersion, told?.metadata.resourceVersion)
      await ask('stops', { profile: 'default', host: 'localhost' })
      await atRest('stops')
      const after = await workloadsOf('stops')
      assert.equal(imageOf(after.identityhub), imageOf(before.identityhub))
      assert.deepEqual(generations(after, others), generations(before, others))
      await remove(service, 'stops')
    })

    it('that has failed is still known to have after a restart, and goes on with a profile that is right', async () => {
      await made('restarted')
      {
        await using another = await serviceOn(cluster)
        await ask('restarted', { profile: 'broken-identityhub' })
        await untilUpgradeFailed('restarted', 'identityhub')
        assert.ok(another.url)
      }
      await using again = await serviceOn(cluster)
      await untilTold(again, 'restarted', {
        what: 'an upgrade that failed',
        holds: ({ reason }) => reason === 'UpgradeFailed',
      })
      await ask('restarted', { profile: 'next' })
      await atRest('restarted')
      await remove(service, 'restarted')
    })

    it('that fails at PostgreSQL leaves all others as they are, and says that nothing serves', async () => {
      await made('halts')
      const before = await workloadsOf('halts')
      await ask('halts', { profile: 'broken-postgres' })
      const failed = await untilUpgradeFailed('halts', 'postgres')
      assert.match(
        failed.message,
        /No pod of it serves: the old one goes before the new one comes; dataplane is/u,
      )
      const others = COMPONENTS.filter((name) => name !== 'postgres')
      assert.deepEqual(generations(await workloadsOf('halts'), others), generations(before, others))
      await ask('halts', { profile: 'default' })
      await atRest('halts')
      await remove(service, 'halts')
    })

    it('of one component alone says too that it failed', async () => {
      await made('alone')
      await ask('alone', { profile: 'broken-image' })
      const { message } = await untilUpgradeFailed('alone', 'controlplane')
      assert.match(message, /The old pod still serves\. Correct controlplane in profile "broken-image"/u)
      await ask('alone', { profile: 'default' })
      await atRest('alone')
      await remove(service, 'alone')
    })

    it('does not wait for a component that is unwell for another reason', async () => {
      await made('unwell')
      await setFault(cluster, { kind: 'Deployment', namespace: 'unwell', name: 'identityhub' }, 'ImagePull')
      await untilTold(service, 'unwell', { what: 'DEGRADED', holds: ({ status }) => status === 'DEGRADED' })
      await ask('unwell', { host: 'dataspace.example' })
      await eventually(
        async () => ((await workloadsOf('unwell')).controlplane.metadata.generation ?? 0) > 1,
        {
          what: 'the control plane to be replaced',
          withinMs: 30_000,
        },
      )
      await eventually(
        async () => {
          const now = await cluster.kube.get<Participant>(RESOURCES.Participant, { name: 'unwell' })
          const { observedGeneration, steps = [] } = now?.status ?? {}
          const states = steps.map(({ name, state }) => `${name} ${state}`)
          return (
            observedGeneration === now?.metadata.generation &&
            states.includes('workloads Done') &&
            states.includes('readiness Waiting')
          )
        },
        { what: 'the workloads to be done, and the readiness to be waited for', withinMs: 30_000 },
      )
      await remove(service, 'unwell')
    })

    it('changes at once what replaces no pod', async () => {
      await made('scales')
      await ask('scales', {
        profile: 'broken-postgres',
        components: { controlplane: { replicas: 2 }, dataplane: { replicas: 2 } },
      })
      await untilUpgradeFailed('scales', 'postgres')
      const { controlplane, dataplane } = await workloadsOf('scales')
      assert.equal(controlplane.spec.replicas, 2)
      assert.equal(dataplane.spec.replicas, 1, 'what comes with another template was not held back')
      await remove(service, 'scales')
    })
  })
}
