import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../../test/support/eventually.ts'
import { RESOURCES } from '../../model/kubernetes.ts'
import { isReady } from './objects.ts'
import { createPod, eventsOf, scheduled, until, waiting, waitingMessage } from './testing-pod.ts'
import { live, NAMESPACE, openTestCluster, type TestCluster } from './testing.ts'

function create(
  { state }: TestCluster,
  kind: 'Secret' | 'ConfigMap' | 'PersistentVolumeClaim',
  rest: object,
): void {
  const object = { apiVersion: 'v1', kind, metadata: { namespace: NAMESPACE, name: 'needed' }, ...rest }
  state.create(RESOURCES[kind], object)
}

describe('a pod that needs something', () => {
  it('waits for its claim, by name and until it is bound', async () => {
    using cluster = openTestCluster({ bindMs: 40 })
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'needed' } }]
    createPod(cluster, { pod: { volumes } })
    const lost = await until(cluster, 'the verdict', (pod) => scheduled(pod) !== undefined)
    assert.equal(
      scheduled(lost)?.message,
      '0/1 nodes are available: persistentvolumeclaim "needed" not found. not found',
    )
    create(cluster, 'PersistentVolumeClaim', { spec: {} })
    const unbound = await until(
      cluster,
      'another verdict',
      (pod) => scheduled(pod)?.message !== scheduled(lost)?.message,
    )
    assert.equal(
      scheduled(unbound)?.message,
      '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
    )
    await until(cluster, 'the pod to be ready', isReady)
  })

  it('waits for a claim of an unknown class for ever', async () => {
    using cluster = openTestCluster()
    create(cluster, 'PersistentVolumeClaim', { spec: { storageClassName: 'golden' } })
    await eventually(() => eventsOf(cluster).some(({ reason }) => reason === 'ProvisioningFailed'), {
      what: 'a refusal',
    })
    assert.equal(live(cluster, RESOURCES.PersistentVolumeClaim, 'needed').status?.['phase'], 'Pending')
  })

  it('cannot be configured without the Secret its environment names, and recovers when it appears', async () => {
    using cluster = openTestCluster()
    const container = {
      name: 'main',
      image: 'example.org/app:1',
      envFrom: [{ secretRef: { name: 'needed' } }],
    }
    createPod(cluster, { pod: { containers: [container] } })
    const pod = await until(cluster, 'the refusal', (seen) => waiting(seen) === 'CreateContainerConfigError')
    assert.equal(waitingMessage(pod), 'secret "needed" not found')
    create(cluster, 'Secret', { data: {} })
    await until(cluster, 'the pod to be ready', isReady)
  })

  it('names the key that a ConfigMap lacks', async () => {
    using cluster = openTestCluster()
    create(cluster, 'ConfigMap', { data: { other: 'x' } })
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'needed', key: 'wanted' } } }]
    createPod(cluster, { pod: { containers: [{ name: 'main', image: 'example.org/app:1', env }] } })
    const pod = await until(cluster, 'the refusal', (seen) => waiting(seen) === 'CreateContainerConfigError')
    assert.equal(waitingMessage(pod), "couldn't find key wanted in ConfigMap acme/needed")
  })

  it('keeps creating its container until a Secret it mounts appears', async () => {
    using cluster = openTestCluster()
    createPod(cluster, { pod: { volumes: [{ name: 'keys', secret: { secretName: 'needed' } }] } })
    const said = await eventually(() => eventsOf(cluster).find(({ reason }) => reason === 'FailedMount'), {
      what: 'a failed mount',
    })
    assert.equal(said['message'], 'MountVolume.SetUp failed for volume "keys" : secret "needed" not found')
    assert.equal(waiting(live(cluster, RESOURCES.Pod, 'app')), 'ContainerCreating')
    create(cluster, 'Secret', {})
    await until(cluster, 'the pod to be ready', isReady)
  })
})
