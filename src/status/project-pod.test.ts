import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { KubeObject } from '../model/kubernetes.ts'
import type { ObservedPod } from '../model/observed.ts'
import { projectPod } from './project-pod.ts'

const NOW = '2026-01-01T00:00:00Z'
const metadata = { name: 'web-5d8f-abcde', namespace: 'acme', uid: 'u', creationTimestamp: NOW }

function project(differs: {
  readonly metadata?: object
  readonly spec?: object
  readonly status?: object
}): ObservedPod {
  const raw = { apiVersion: 'v1', kind: 'Pod', ...differs, metadata: { ...metadata, ...differs.metadata } }
  return projectPod(raw as KubeObject)
}

const ownedBy = (kind: string, name: string): object => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: 'owner', controller: true }],
})

/** Everything that is read, so that leaving out any of it can be tried. */
const FULL = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...metadata,
    labels: { 'pod-template-hash': '5d8f' },
    ...ownedBy('ReplicaSet', 'web-5d8f'),
    deletionTimestamp: NOW,
    finalizers: ['example.com/hold'],
  },
  spec: {
    nodeName: 'node-1',
    schedulingGates: [{ name: 'example.com/gate' }],
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data-web-0' } },
      { name: 'scratch', ephemeral: { volumeClaimTemplate: {} } },
      { name: 'tmp', emptyDir: {} },
    ],
    initContainers: [
      { name: 'prepare', image: 'prepare:1' },
      { name: 'proxy', image: 'proxy:1', restartPolicy: 'Always' },
    ],
    containers: [
      {
        name: 'web',
        image: 'web:1',
        ports: [{ name: 'http', containerPort: 8080 }],
        resources: { limits: { memory: '512Mi' } },
        startupProbe: { tcpSocket: { port: 'http' }, failureThreshold: 30, periodSeconds: 5 },
        readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
        livenessProbe: { exec: { command: ['pg_isready', '-U', 'postgres'] }, initialDelaySeconds: 5 },
      },
      {
        name: 'admin',
        image: 'admin:1',
        readinessProbe: { httpGet: { scheme: 'HTTPS', host: 'admin', path: '/', port: 8443 } },
        livenessProbe: { grpc: { port: 9000 } },
      },
    ],
  },
  status: {
    phase: 'Running',
    reason: 'NodeLost',
    message: 'gone',
    conditions: [
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: NOW },
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node' },
      { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API' },
    ],
    initContainerStatuses: [
      {
        name: 'prepare',
        image: 'i',
        imageID: '',
        ready: true,
        restartCount: 0,
        state: { terminated: { exitCode: 0 } },
      },
      {
        name: 'proxy',
        image: 'p',
        imageID: '',
        ready: true,
        restartCount: 1,
        state: { running: { startedAt: NOW } },
      },
    ],
    containerStatuses: [
      {
        name: 'admin',
        image: 'a',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { waiting: { reason: 'ErrImagePull', message: 'no' } },
      },
      {
        name: 'web',
        image: 'sha256:0123',
        imageID: '',
        ready: false,
        restartCount: 2,
        state: { running: { startedAt: NOW } },
        lastState: {
          terminated: {
            exitCode: 137,
            signal: 9,
            reason: 'OOMKilled',
            message: 'm',
            startedAt: NOW,
            finishedAt: NOW,
          },
        },
      },
    ],
  },
}

describe('what is kept of a pod', () => {
  it('is its workload by its owner, without any label of ours', () => {
    const labels = { 'pod-template-hash': '5d8f' }
    const pod = project({ metadata: { labels, ...ownedBy('ReplicaSet', 'web-front-5d8f') } })
    assert.equal(pod.component, 'web-front')
    assert.equal(pod.componentKind, 'Deployment')
    assert.equal(pod.ownerUid, 'owner')
    assert.equal(pod.revision, '5d8f')
  })

  it('is its StatefulSet and the revision of it', () => {
    const labels = { 'controller-revision-hash': 'postgres-7d9c' }
    const pod = project({ metadata: { labels, ...ownedBy('StatefulSet', 'postgres') } })
    assert.deepEqual(
      [pod.component, pod.componentKind, pod.revision],
      ['postgres', 'StatefulSet', 'postgres-7d9c'],
    )
  })

  it('is the component of its label when nothing that we know made it', () => {
    const pod = project({ metadata: { labels: { 'app.kubernetes.io/component': 'vault' } } })
    assert.deepEqual([pod.component, pod.componentKind, pod.ownerUid], ['vault', undefined, ''])
  })

  it('is Pending and not ready when it has no status yet', () => {
    const { phase, ready, node, containers } = project({})
    assert.deepEqual(
      { phase, ready, node, containers },
      { phase: 'Pending', ready: false, node: '', containers: [] },
    )
  })

  it('is why and since when the scheduler has no node for it', () => {
    const conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: 'no node',
        lastTransitionTime: NOW,
      },
    ]
    assert.deepEqual(project({ status: { conditions } }).unscheduled, {
      reason: 'Unschedulable',
      message: 'no node',
      since: NOW,
    })
  })

  it('is the gate that holds it back, by name', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'blocked' },
    ]
    const spec = { schedulingGates: [{ name: 'example.com/a' }, { name: 'example.com/b' }] }
    assert.equal(
      project({ spec, status: { conditions } }).unscheduled?.message,
      'scheduling gate example.com/a, example.com/b',
    )
  })

  it('is that a readiness gate is not open, which looks like a lost node otherwise', () => {
    const conditions = [
      { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: 'the gate is not open' },
    ]
    const { reason, message } = project({ status: { conditions } })
    assert.deepEqual([reason, message], ['ReadinessGatesNotReady', 'the gate is not open'])
  })

  it('is when it should be gone and what holds it, while it terminates', () => {
    const { terminating, deletionTimestamp, finalizers } = projectPod(FULL as KubeObject)
    assert.deepEqual([terminating, deletionTimestamp, finalizers], [true, NOW, ['example.com/hold']])
    assert.equal('finalizers' in project({ metadata: { finalizers: ['example.com/hold'] } }), false)
  })

  it('is the claims that it mounts, those of ephemeral volumes too', () => {
    assert.deepEqual(projectPod(FULL as KubeObject).claims, ['data-web-0', `${metadata.name}-scratch`])
  })

  it('is its containers in the order of the spec, init containers and sidecars first', () => {
    assert.deepEqual(
      projectPod(FULL as KubeObject).containers.map(({ name, kind, image, restarts }) => [
        name,
        kind,
        image,
        restarts,
      ]),
      [
        ['prepare', 'init', 'prepare:1', 0],
        ['proxy', 'sidecar', 'proxy:1', 1],
        ['web', 'main', 'web:1', 2],
        ['admin', 'main', 'admin:1', 0],
      ],
    )
  })

  it('is what its probes ask and how long they may fail, with the names of ports resolved', () => {
    const [, , web, admin] = projectPod(FULL as KubeObject).containers
    assert.deepEqual(web?.probes, [
      { kind: 'startup', asks: 'tcp :8080', budgetMs: 151_000 },
      { kind: 'readiness', asks: 'GET :8080/ready', budgetMs: 31_000 },
      { kind: 'liveness', asks: 'exec pg_isready -U postgres', budgetMs: 36_000 },
    ])
    assert.deepEqual(
      admin?.probes?.map(({ asks }) => asks),
      ['GET https://admin:8443/', 'grpc :9000'],
    )
    assert.equal(web?.memoryLimit, '512Mi')
  })

  it('is not the spec of a pod that is ready, which would be kept fifty thousand times', () => {
    const [ready, ...rest] = FULL.status.conditions
    const status = { ...FULL.status, conditions: [{ ...ready, status: 'True' }, ...rest] }
    for (const container of projectPod({ ...FULL, status } as KubeObject).containers) {
      assert.equal(container.probes, undefined)
      assert.equal(container.memoryLimit, undefined)
    }
  })

  it('is how a container ended, and no more of a long message than its end', () => {
    const terminated = { exitCode: 1, message: `${'x'.repeat(5000)} the cause` }
    const status = { containerStatuses: [{ name: 'web', lastState: { terminated } }] }
    const last = project({ status }).containers[0]?.lastTerminated
    assert.equal(last?.message.length, 2048)
    assert.match(last?.message ?? '', / the cause$/)
    assert.deepEqual([last?.reason, last?.signal, last?.startedAt], ['', 0, ''])
  })

  it('never throws, whichever field is missing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...pathsOf(FULL)), fc.constantFrom(...pathsOf(FULL)), (one, other) => {
        const raw = structuredClone(FULL)
        remove(raw, one)
        remove(raw, other)
        assert.equal(typeof projectPod(raw as KubeObject).ready, 'boolean')
      }),
      { numRuns: 2000 },
    )
  })
})

type Path = readonly (string | number)[]

function pathsOf(value: unknown, before: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => [
    [...before, key],
    ...pathsOf(inner, [...before, key]),
  ])
}

function remove(value: object, path: Path): void {
  const place = path
    .slice(0, -1)
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)
  if (Array.isArray(place)) place.splice(Number(path.at(-1)), 1)
  else if (typeof place === 'object' && place !== null) Reflect.deleteProperty(place, path.at(-1) ?? '')
}
