import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../../test/support/eventually.ts'
import { RESOURCES } from '../../model/kubernetes.ts'
import { FAULT_ANNOTATION } from '../../model/names.ts'
import type { StoredObject } from '../state.ts'
import { isReady, podStatusOf, uidOf } from './objects.ts'
import {
  createPod,
  eventsOf,
  lastEnd,
  main,
  scheduled,
  until,
  waiting,
  waitingMessage,
} from './testing-pod.ts'
import { history, live, NAMESPACE, openTestCluster } from './testing.ts'

describe('a pod', () => {
  it('is scheduled, pulled, started and then ready', async () => {
    using cluster = openTestCluster()
    createPod(cluster)
    const pod = await until(cluster, 'the pod to be ready', isReady)
    assert.equal(pod.spec?.['nodeName'], 'built-in-node')
    assert.deepEqual(
      podStatusOf(pod).conditions?.map(({ type, status }) => `${type}=${status}`),
      [
        'PodReadyToStartContainers=True',
        'Initialized=True',
        'Ready=True',
        'ContainersReady=True',
        'PodScheduled=True',
      ],
    )
    const { containerID, imageID, state, ...status } = main(pod) ?? {}
    assert.match(
      `${containerID} ${imageID}`,
      /^containerd:\/\/[0-9a-f]{64} example.org\/app:1@sha256:[0-9a-f]{64}$/u,
    )
    assert.ok(state?.running?.startedAt)
    assert.deepEqual(status, {
      name: 'main',
      image: 'example.org/app:1',
      ready: true,
      started: true,
      restartCount: 0,
      lastState: {},
    })
    assert.deepEqual(
      history(cluster, 'Pod', (seen) => `${podStatusOf(seen).phase} ${waiting(seen)} ${isReady(seen)}`),
      [
        'undefined  false',
        'Pending  false',
        'Pending ContainerCreating false',
        'Running  false',
        'Running  true',
      ],
    )
    assert.match(String(pod.status?.['podIP']), /^10\.244\.\d+\.\d+$/u)
    const said = eventsOf(cluster).map((event) => event['reason'])
    assert.deepEqual(new Set(said), new Set(['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started']))
    assert.deepEqual(cluster.complaints, [])
  })

  it('runs its init containers first, one after the other', async () => {
    using cluster = openTestCluster()
    const initContainers = ['one', 'two'].map((name) => ({ name, image: 'example.org/init:1' }))
    createPod(cluster, { pod: { initContainers } })
    await until(cluster, 'the pod to be ready', isReady)
    const states = history(cluster, 'Pod', (pod) =>
      (podStatusOf(pod).initContainerStatuses ?? []).map(({ state }) => Object.keys(state ?? {})[0] ?? ''),
    )
    assert.deepEqual(
      states.filter((state) => state.length > 0),
      [
        ['waiting', 'waiting'],
        ['running', 'waiting'],
        ['terminated', 'waiting'],
        ['terminated', 'running'],
        ['terminated', 'terminated'],
      ],
    )
    assert.ok(history(cluster, 'Pod', waiting).includes('PodInitializing'))
  })

  it('with the fault OutOfMemory is killed for its memory again and again', async () => {
    using cluster = openTestCluster()
    createPod(cluster, { fault: 'OutOfMemory' })
    const pod = await until(cluster, 'a back-off', (seen) => waiting(seen) === 'CrashLoopBackOff')
    const { exitCode, reason } = lastEnd(pod) ?? {}
    assert.deepEqual({ exitCode, reason }, { exitCode: 137, reason: 'OOMKilled' })
  })

  it('with the fault InitCrash never gets beyond its first init container', async () => {
    using cluster = openTestCluster()
    const initContainers = ['one', 'two'].map((name) => ({ name, image: 'example.org/init:1' }))
    createPod(cluster, { fault: 'InitCrash', pod: { initContainers } })
    const isBackingOff = (pod: StoredObject): boolean =>
      podStatusOf(pod).initContainerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff'
    const pod = await until(cluster, 'a back-off', isBackingOff)
    const { phase, initContainerStatuses = [] } = podStatusOf(pod)
    const [first, second] = initContainerStatuses
    assert.equal(phase, 'Pending')
    assert.equal(first?.lastState?.terminated?.exitCode, 1)
    assert.equal(second?.state?.waiting?.reason, 'PodInitializing')
    assert.equal(waiting(pod), 'PodInitializing')
  })

  it('in a crash loop restarts ever more rarely and keeps the reason of its last end', async () => {
    using cluster = openTestCluster()
    const { metadata } = createPod(cluster, { fault: 'CrashLoop' })
    const message = (pause: string): string =>
      `back-off ${pause} restarting failed container=main pod=app_acme(${metadata.uid})`
    const at = (restarts: number) => (pod: StoredObject) =>
      main(pod)?.restartCount === restarts && waiting(pod) === 'CrashLoopBackOff'
    const first = await until(cluster, 'the first back-off', at(1))
    assert.equal(waitingMessage(first), message('10s'))
    assert.equal(lastEnd(first)?.exitCode, 1)
    assert.equal(podStatusOf(first).phase, 'Running')
    const third = await until(cluster, 'the third back-off', at(3))
    assert.equal(waitingMessage(third), message('40s'))
    const pods = cluster.seen.map(({ object }) => object).filter(({ kind }) => kind === 'Pod')
    const restarted = pods.filter((pod) => Number(main(pod)?.restartCount) > 0)
    assert.deepEqual(new Set(restarted.map((pod) => lastEnd(pod)?.reason)), new Set(['Error']))
    assert.ok(!pods.some(isReady))
  })

  for (const options of [
    { fault: 'ImagePull', image: 'example.org/app:9' },
    { image: 'example.org/does-not-exist:9' },
  ]) {
    it(`that cannot pull ${options.image} alternates between the two reasons, saying why`, async () => {
      using cluster = openTestCluster()
      createPod(cluster, options)
      await eventually(
        () => history(cluster, 'Pod', waiting).filter((reason) => reason === 'ImagePullBackOff').length > 1,
        { what: 'a second pull' },
      )
      const reasons = history(cluster, 'Pod', waiting).filter(
        (reason) => reason.includes('Image') || reason.includes('Pull'),
      )
      assert.deepEqual(reasons.slice(0, 3), ['ErrImagePull', 'ImagePullBackOff', 'ErrImagePull'])
      const pod = await until(cluster, 'a back-off', (seen) => waiting(seen) === 'ImagePullBackOff')
      assert.match(
        waitingMessage(pod),
        new RegExp(`^Back-off pulling image "${options.image}": ErrImagePull: .*manifest unknown`, 'u'),
      )
      assert.equal(podStatusOf(pod).phase, 'Pending')
    })
  }

  it('with the fault NeverReady runs but never becomes ready', async () => {
    using cluster = openTestCluster()
    createPod(cluster, { fault: 'NeverReady' })
    await eventually(() => eventsOf(cluster).some((event) => event['reason'] === 'Unhealthy'), {
      what: 'a failed probe',
    })
    const pod = live(cluster, RESOURCES.Pod, 'app')
    assert.equal(podStatusOf(pod).phase, 'Running')
    assert.ok(main(pod)?.state?.running)
    const ready = podStatusOf(pod).conditions?.find(({ type }) => type === 'Ready')
    assert.equal(ready?.message, 'containers with unready status: [main]')
  })

  it('with the fault Unschedulable stays without a node until the fault is taken away', async () => {
    using cluster = openTestCluster()
    createPod(cluster, { fault: 'Unschedulable' })
    const pod = await until(cluster, 'the verdict', (seen) => scheduled(seen) !== undefined)
    assert.equal(scheduled(pod)?.reason, 'Unschedulable')
    assert.match(
      scheduled(pod)?.message ?? '',
      /^0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector\./u,
    )
    const [event] = eventsOf(cluster).filter(({ reason }) => reason === 'FailedScheduling')
    assert.equal(event?.['lastTimestamp'], null)
    assert.match(String(event?.['eventTime']), /\.\d{6}Z$/u)
    const { [FAULT_ANNOTATION]: _, ...annotations } = pod.metadata.annotations ?? {}
    cluster.state.update(RESOURCES.Pod, { ...pod, metadata: { ...pod.metadata, annotations } })
    await until(cluster, 'the pod to be ready', isReady)
  })

  it('is terminating for a moment before it is gone', async () => {
    using cluster = openTestCluster()
    const pod = createPod(cluster)
    await until(cluster, 'the pod to be ready', isReady)
    cluster.state.delete(RESOURCES.Pod, { namespace: NAMESPACE, name: 'app' })
    assert.ok(live(cluster, RESOURCES.Pod, 'app').metadata.deletionTimestamp)
    await eventually(
      () => cluster.seen.some(({ type, object }) => type === 'DELETED' && uidOf(object) === uidOf(pod)),
      {
        what: 'the pod to be gone',
      },
    )
    assert.ok(eventsOf(cluster).some(({ message }) => message === 'Stopping container main'))
  })
})
