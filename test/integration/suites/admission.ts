/** A participant under its own fence: every pod is let in, a roll-out has room, and what is not meant to be there is kept out. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { hasReason } from '../../../src/kube/errors.ts'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { ASKS } from '../../../src/model/names.ts'
import { COMPONENTS } from '../../../src/model/participant.ts'
import { isLessQuantity } from '../../../src/model/quantity.ts'
import type { RunningService } from '../../../src/service.ts'
import { eventually } from '../../support/eventually.ts'
import { create, remove, untilReady, untilStatus } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'

type Amounts = Readonly<Record<string, string>>

interface Pod extends KubeObject {
  readonly spec: {
    readonly containers: readonly {
      readonly resources: { readonly limits: Amounts; readonly requests: Amounts }
    }[]
  }
}

interface Quota extends KubeObject {
  readonly spec: { readonly hard: Amounts }
  readonly status: { readonly used: Amounts }
}

const namespace = 'admitted'

export function everythingIsAdmitted(clusterName: string, open: OpenTestCluster): void {
  describe(`what may be in the namespace of a participant on ${clusterName}`, () => {
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

    const podsOf = async (component?: string): Promise<readonly Pod[]> => {
      const selector =
        component === undefined ? {} : { labelSelector: `app.kubernetes.io/component=${component}` }
      return (await cluster.kube.list<Pod>(RESOURCES.Pod, { namespace, ...selector })).items
    }

    /** What controllers and the API server complain about. */
    const complaints = async (): Promise<readonly string[]> => {
      const { items } = await cluster.kube.list<KubeObject & { reason: string; message: string }>(
        RESOURCES.Event,
        { namespace },
      )
      return items
        .filter(
          ({ reason, message }) => reason === 'FailedCreate' || /forbidden|violate|quota/iu.test(message),
        )
        .map(({ reason, message }) => `${reason}: ${message}`)
    }

    const quota = async (): Promise<Quota> => {
      const found = await cluster.kube.get<Quota>(RESOURCES.ResourceQuota, {
        namespace,
        name: 'participant-quota',
      })
      return found ?? assert.fail('there is no quota')
    }

    const change = (body: object): Promise<unknown> =>
      cluster.kube.patch(
        RESOURCES.Participant,
        { name: namespace },
        { type: 'merge', manager: 'suite', body },
      )

    it('is every pod, although it enforces restricted', async () => {
      const { body } = await create(service, namespace)
      const shown = body as Readonly<Record<string, string>>
      assert.deepEqual(
        [
          shown[namespace],
          shown['controlplane'],
          shown['vault'],
          shown['participant-quota'],
          shown['public'],
        ],
        ['Namespace', 'Deployment', 'StatefulSet', 'ResourceQuota', 'HTTPRoute'],
      )
      await untilReady(service, namespace)
      const pods = await podsOf()
      assert.deepEqual(
        pods.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] ?? '').toSorted(),
        [...COMPONENTS].toSorted(),
      )
      assert.deepEqual(await complaints(), [])
      const privileged = pod('privileged', { privileged: true, allowPrivilegeEscalation: true })
      await assert.rejects(
        cluster.kube.create(privileged),
        (error) =>
          hasReason(error, 'Forbidden') && /violates PodSecurity "restricted:v1\.36"/u.test(String(error)),
      )
    })

    it('is what the policies say, once each', async () => {
      const names = async (kind: keyof typeof RESOURCES): Promise<readonly string[]> =>
        (await cluster.kube.list(RESOURCES[kind], { namespace })).items
          .map(({ metadata }) => metadata.name)
          .toSorted()
      assert.deepEqual(await names('NetworkPolicy'), ['default-deny', ...COMPONENTS].toSorted())
      assert.deepEqual(await names('ResourceQuota'), ['participant-quota'])
      assert.deepEqual(await names('LimitRange'), ['container-defaults'])
      assert.deepEqual(await names('HTTPRoute'), ['public'])
    })

    it('gets limits where a pod brings none', async () => {
      const made = await cluster.kube.create<Pod>(pod('plain', {}) as Pod)
      assert.deepEqual(made.spec.containers[0]?.resources, {
        limits: { cpu: '500m', memory: '512Mi' },
        requests: { cpu: '50m', memory: '128Mi' },
      })
      assert.match(
        made.metadata.annotations?.['kubernetes.io/limit-ranger'] ?? '',
        /^LimitRanger plugin set: cpu, memory request for container main; cpu, memory limit for container main$/u,
      )
      await cluster.kube.delete(RESOURCES.Pod, { namespace, name: 'plain' })
    })

    it('is no Service that opens a port to the outside: the quota says so', async () => {
      const opening: KubeObject & { readonly spec: object } = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace, name: 'opening' },
        spec: { type: 'NodePort', ports: [{ port: 80 }] },
      }
      await assert.rejects(
        cluster.kube.create(opening),
        (error) =>
          hasReason(error, 'Forbidden') &&
          /exceeded quota: participant-quota, requested: services\.nodeports=1, used: services\.nodeports=0, limited: services\.nodeports=0/u.test(
            String(error),
          ),
      )
    })

    it('has room for more and larger pods, and for the roll-out to them', async () => {
      const resources = { requests: { cpu: '1', memory: '2Gi' }, limits: { cpu: '2', memory: '3Gi' } }
      await change({ spec: { components: { dataplane: { replicas: 3, resources } } } })
      await untilPods(3, '2Gi')
      assert.deepEqual(await complaints(), [])
    })

    it('keeps its room while larger pods go, and gives it back later', async () => {
      const { hard: before } = (await quota()).spec
      const resources = { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '20m', memory: '32Mi' } }
      await change({ spec: { components: { dataplane: { replicas: 1, resources } } } })
      await untilPods(1, '16Mi')
      assert.deepEqual(await complaints(), [])
      let asked = 0
      await eventually(
        async () => {
          // Counting what has gone takes the API server a moment; people ask again by the same annotation.
          await change({ metadata: { annotations: { [ASKS.retry]: String((asked += 1)) } } })
          return isLessQuantity((await quota()).spec.hard['requests.memory'], before['requests.memory'])
        },
        { what: 'the quota to be lowered', withinMs: 60_000 },
      )
      await remove(service, namespace)
    })

    const untilPods = async (count: number, memory: string): Promise<void> => {
      await eventually(
        async () => {
          const pods = await podsOf('dataplane')
          const asked = pods.map(({ spec }) => spec.containers[0]?.resources.requests['memory'])
          return pods.length === count && asked.every((amount) => amount === memory)
        },
        { what: `${count} pods with ${memory}`, withinMs: 60_000 },
      )
      await untilStatus(
        service,
        namespace,
        ({ status, components }) => status === 'READY' && components['dataplane']?.replicas.ready === count,
      )
    }
  })
}

/** One that restricted lets in, but for what is given. */
function pod(name: string, security: object): KubeObject & { readonly spec: object } {
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
    ...security,
  }
  const containers = [{ name: 'main', image: 'example.org/main:1', securityContext }]
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name }, spec: { containers } }
}
