/** Pods that the API server does not let in: what their controllers and the namespace's quota say. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../../test/support/eventually.ts'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import { RESOURCE_QUOTA } from '../quota.ts'
import type { StoredObject } from '../state.ts'
import { EVENT } from './objects.ts'
import {
  aDeployment,
  aStatefulSet,
  conditionsOf,
  live,
  NAMESPACE,
  openTestCluster,
  only,
  podsOf,
  type TestCluster,
  untilStatus,
} from './testing.ts'

const QUOTA_REACHED =
  /^pods "[\w-]+" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1$/u

function limitPods({ state }: TestCluster, pods: string): void {
  const quota: KubeObject & { readonly spec: object } = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { namespace: NAMESPACE, name: 'few' },
    spec: { hard: { pods } },
  }
  state.create(RESOURCE_QUOTA, quota)
}

function restrict({ state }: TestCluster, level: string): void {
  const namespace = state.get(RESOURCES.Namespace, { name: NAMESPACE })
  assert.ok(namespace)
  const labels = { ...namespace.metadata.labels, 'pod-security.kubernetes.io/enforce': level }
  state.update(RESOURCES.Namespace, { ...namespace, metadata: { ...namespace.metadata, labels } })
}

function messageOf(cluster: TestCluster, kind: 'Deployment' | 'ReplicaSet', name: string): string {
  const { conditions = [] } = live(cluster, RESOURCES[kind], name).status as {
    readonly conditions?: readonly { readonly type: string; readonly message: string }[]
  }
  return conditions.find(({ type }) => type === 'ReplicaFailure')?.message ?? ''
}

function refusalsTold({ state }: TestCluster): readonly string[] {
  return state
    .list(EVENT)
    .flatMap(({ reason, message }) => (reason === 'FailedCreate' ? String(message) : []))
}

describe('pods beyond a quota', () => {
  it('are refused; ReplicaSet, Deployment and events say so, and the quota tells what is used', async () => {
    using cluster = openTestCluster()
    limitPods(cluster, '1')
    cluster.state.create(RESOURCES.Deployment, aDeployment('web', { spec: { replicas: 2 } }))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: { availableReplicas: 1 } })
    await eventually(() => conditionsOf(live(cluster, RESOURCES.Deployment, 'web')).includes(FAILED), {
      what: 'the condition',
    })
    assert.match(messageOf(cluster, 'Deployment', 'web'), QUOTA_REACHED)
    const set = only(cluster.state.list(RESOURCES.ReplicaSet))
    assert.ok(conditionsOf(set).includes(FAILED))
    assert.match(
      refusalsTold(cluster)[0] ?? '',
      /^Error creating: pods "web-.*" is forbidden: exceeded quota/u,
    )
    const quota = only(cluster.state.list(RESOURCE_QUOTA))
    assert.deepEqual(quota.status, { hard: { pods: '1' }, used: { pods: '1' } })
    assert.deepEqual(cluster.complaints, [])
  })

  it('come when the quota is raised, and nobody complains any more', async () => {
    using cluster = openTestCluster()
    limitPods(cluster, '1')
    cluster.state.create(RESOURCES.Deployment, aDeployment('web', { spec: { replicas: 2 } }))
    await eventually(() => refusalsTold(cluster).length > 0, { what: 'a refusal' })
    const quota = only(cluster.state.list(RESOURCE_QUOTA))
    const raised: StoredObject = { ...quota, spec: { hard: { pods: '5' } } }
    cluster.state.update(RESOURCE_QUOTA, raised)
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: { availableReplicas: 2 } })
    await eventually(() => !conditionsOf(live(cluster, RESOURCES.Deployment, 'web')).includes(FAILED), {
      what: 'the end of the condition',
    })
  })

  it('of a StatefulSet show in its events only', async () => {
    using cluster = openTestCluster()
    limitPods(cluster, '0')
    cluster.state.create(RESOURCES.StatefulSet, aStatefulSet('db'))
    const [told] = await eventually(
      () => {
        const all = refusalsTold(cluster)
        return all.length > 0 && all
      },
      { what: 'a refusal' },
    )
    assert.match(
      told ?? '',
      /^Create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0$/u,
    )
    assert.deepEqual(conditionsOf(live(cluster, RESOURCES.StatefulSet, 'db')), [])
  })
})

describe('pods that the Pod Security level refuses', () => {
  const container = (securityContext: object): object => ({
    containers: [{ name: 'main', image: 'example.org/app:1', securityContext }],
  })

  it('are told with everything that is wrong with them', async () => {
    using cluster = openTestCluster()
    restrict(cluster, 'restricted')
    cluster.state.create(RESOURCES.Deployment, aDeployment('web', { pod: container({ privileged: true }) }))
    await eventually(() => messageOf(cluster, 'Deployment', 'web') !== '', { what: 'the condition' })
    assert.equal(
      messageOf(cluster, 'Deployment', 'web').replace(/web-\w+-\w+/u, 'X'),
      'pods "X" is forbidden: violates PodSecurity "restricted:latest": privileged (container "main" must not set securityContext.privileged=true), allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    )
  })

  it('are let in once they ask for no more than the level allows', async () => {
    using cluster = openTestCluster()
    restrict(cluster, 'restricted')
    const modest = {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    }
    cluster.state.create(RESOURCES.Deployment, aDeployment('web', { pod: container(modest) }))
    await untilStatus(cluster, { kind: 'Deployment', name: 'web', is: { availableReplicas: 1 } })
    assert.equal(podsOf(cluster, 'web').length, 1)
  })

  it('may be plain under baseline, but take nothing of the host', async () => {
    using cluster = openTestCluster()
    restrict(cluster, 'baseline')
    cluster.state.create(RESOURCES.Deployment, aDeployment('plain'))
    const volumes = [{ name: 'root', hostPath: { path: '/' } }]
    cluster.state.create(RESOURCES.Deployment, aDeployment('greedy', { pod: { hostNetwork: true, volumes } }))
    await untilStatus(cluster, { kind: 'Deployment', name: 'plain', is: { availableReplicas: 1 } })
    await eventually(() => messageOf(cluster, 'Deployment', 'greedy') !== '', { what: 'the condition' })
    assert.match(
      messageOf(cluster, 'Deployment', 'greedy'),
      /: violates PodSecurity "baseline:latest": host namespaces \(hostNetwork=true\), hostPath volumes \(volume "root"\)$/u,
    )
  })
})

const FAILED = 'ReplicaFailure=True/FailedCreate'
