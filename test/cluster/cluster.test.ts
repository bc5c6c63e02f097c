/** The test cluster keeps its promises: real controllers, simulated nodes, staged faults, nothing left behind. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { FAULT_ANNOTATION } from '../../src/model/names.ts'
import { eventually } from '../support/eventually.ts'
import { realCluster, type RealCluster, skipWithoutGo } from '../support/real-cluster.ts'
import { Api } from './api.ts'
import type { ClusterUser } from './credentials.ts'
import { isOurs } from './processes.ts'
import { readState } from './state.ts'

const run = promisify(execFile)
const NAMESPACE = 'faults'

interface Waiting {
  readonly reason: string
  readonly message?: string
}

interface Container {
  readonly name: string
  readonly ready: boolean
  readonly restartCount: number
  readonly state: { readonly waiting?: Waiting; readonly running?: object }
  readonly lastState?: { readonly terminated?: { readonly exitCode: number } }
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string }
  readonly status: {
    readonly phase: string
    readonly conditions?: readonly Condition[]
    readonly containerStatuses?: readonly Container[]
  }
}

describe('the test cluster', { skip: skipWithoutGo() }, () => {
  let cluster: RealCluster & AsyncDisposable
  let api: Api
  before(async () => {
    cluster = await realCluster()
    api = await apiAs(cluster, 'admin')
    await api.create('/api/v1/namespaces', { metadata: { name: NAMESPACE } })
    await Promise.all(
      ['sound', 'CrashLoop', 'ImagePull', 'NeverReady', 'Unschedulable'].map((fault) =>
        deploy(fault.toLowerCase(), fault === 'sound' ? {} : { fault }),
      ),
    )
    await deploy('misnamed', { image: 'registry.example/does-not-exist:1' })
  })
  after(async () => {
    await api?.[Symbol.asyncDispose]()
    await cluster?.[Symbol.asyncDispose]()
    assert.deepEqual(
      cluster.processes.filter((one) => isOurs(one, cluster.dir)),
      [],
    )
    assert.equal(existsSync(cluster.dir), false)
  })

  async function deploy(
    name: string,
    { fault, image = 'registry.example/app:1' }: { fault?: string; image?: string },
  ) {
    const labels = { app: name }
    await api.create(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`, {
      metadata: { name },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: fault === undefined ? {} : { [FAULT_ANNOTATION]: fault } },
          spec: { containers: [{ name: 'app', image }] },
        },
      },
    })
  }

  /** The pods of a Deployment once there is one for which the check holds. */
  function podOf(name: string, check: (pod: Pod) => unknown): Promise<Pod> {
    return eventually(
      async () => {
        const path = `/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app%3D${name}`
        const { items } = (await api.get(path)) as unknown as { items: readonly Pod[] }
        return items.find(check)
      },
      { withinMs: 30_000, what: `the pod of ${name}` },
    )
  }

  const first = (pod: Pod): Container | undefined => pod.status.containerStatuses?.[0]
  const waitsFor = (reason: string) => (pod: Pod) => first(pod)?.state.waiting?.reason === reason
  const conditionOf = (pod: Pod, type: string): Condition | undefined =>
    pod.status.conditions?.find((condition) => condition.type === type)

  it('runs pods that have no fault, and makes them ready', async () => {
    const pod = await podOf('sound', (one) => conditionOf(one, 'Ready')?.status === 'True')
    assert.equal(pod.status.phase, 'Running')
    assert.equal(first(pod)?.ready, true)
  })

  it('lets a pod crash over and over, with the words of the kubelet', async () => {
    const pod = await podOf(
      'crashloop',
      (one) => waitsFor('CrashLoopBackOff')(one) && first(one)?.restartCount === 2,
    )
    const { name, uid } = pod.metadata
    assert.equal(
      first(pod)?.state.waiting?.message,
      `back-off 20s restarting failed container=app pod=${name}_${NAMESPACE}(${uid})`,
    )
    assert.equal(first(pod)?.lastState?.terminated?.exitCode, 1)
    assert.equal(pod.status.phase, 'Running')
    assert.equal(conditionOf(pod, 'Ready')?.reason, 'ContainersNotReady')
  })

  it('fails to pull an image, with the words of the registry', async () => {
    const cause =
      'rpc error: code = Unknown desc = Error response from daemon: manifest for registry.example/app:1 not found: manifest unknown: manifest unknown'
    const waiting = await podOf('imagepull', waitsFor('ImagePullBackOff'))
    assert.equal(
      first(waiting)?.state.waiting?.message,
      `Back-off pulling image "registry.example/app:1": ErrImagePull: ${cause}`,
    )
    assert.equal(waiting.status.phase, 'Pending')
  })

  it('fails to pull an image whose name says that there is none', async () => {
    await podOf('misnamed', waitsFor('ImagePullBackOff'))
  })

  it('keeps a running pod from becoming ready', async () => {
    const pod = await podOf('neverready', (one) => one.status.phase === 'Running')
    assert.equal(first(pod)?.ready, false)
    assert.ok(first(pod)?.state.running)
    assert.equal(conditionOf(pod, 'Ready')?.message, 'containers with unready status: [app]')
  })

  it('leaves the scheduler no node for a pod', async () => {
    const pod = await podOf('unschedulable', (one) => conditionOf(one, 'PodScheduled')?.status === 'False')
    assert.equal(conditionOf(pod, 'PodScheduled')?.reason, 'Unschedulable')
    assert.match(conditionOf(pod, 'PodScheduled')?.message ?? '', /^0\/3 nodes are available/u)
    assert.equal(pod.status.phase, 'Pending')
  })

  it('heals with the pod that follows when the annotation goes', async () => {
    const patch = JSON.stringify({
      spec: { template: { metadata: { annotations: { [FAULT_ANNOTATION]: null } } } },
    })
    await kubectl(['patch', 'deployment', 'unschedulable', '-n', NAMESPACE, '--type=merge', '-p', patch])
    await podOf('unschedulable', (one) => conditionOf(one, 'Ready')?.status === 'True')
  })

  it('binds a claim to a volume of the default storage class, and removes both', async () => {
    await api.create(`/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims`, {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    })
    await kubectl([
      'wait',
      'pvc/data',
      '-n',
      NAMESPACE,
      '--for=jsonpath={.status.phase}=Bound',
      '--timeout=20s',
    ])
    await kubectl(['delete', 'pvc/data', '-n', NAMESPACE, '--timeout=20s'])
    await eventually(async () => (await kubectl(['get', 'pv', '-o', 'name'])) === '', { what: 'no volume' })
  })

  it('completes a Job', async () => {
    await kubectl(['create', 'job', 'once', '-n', NAMESPACE, '--image=registry.example/job:1'])
    await kubectl(['wait', 'job/once', '-n', NAMESPACE, '--for=condition=Complete', '--timeout=20s'])
  })

  it('serves Participants to the admin, and nothing to a user without a role', async () => {
    assert.equal(await api.statusOf('/apis/dataspaces.dev/v1alpha1/participants'), 200)
    await using viewer = await apiAs(cluster, 'viewer')
    assert.equal(await viewer.statusOf('/apis/dataspaces.dev/v1alpha1/participants'), 403)
  })

  it('deletes a namespace and all its pods in seconds', async () => {
    await kubectl(['delete', 'namespace', NAMESPACE, '--timeout=30s'])
  })

  it('can be had by name beside another, and goes without a trace', async () => {
    const name = `test-${process.pid}`
    const dir = join(import.meta.dirname, '..', '..', '.cluster', name)
    const cli = (script: string) => run(process.execPath, [join(import.meta.dirname, script), '--name', name])
    const started = await cli('up.ts')
    const processes = (await readState(dir))?.processes ?? []
    try {
      assert.match(started.stdout, new RegExp(`export KUBECONFIG=.*${name}/kubeconfig`, 'u'))
      assert.match((await cli('up.ts')).stdout, /is up already/u)
      const env = { HOME: dir, KUBECONFIG: join(dir, 'kubeconfig') }
      assert.match((await run(cluster.kubectl, ['get', 'nodes'], { env })).stdout, /node-1 +Ready/u)
    } finally {
      await cli('down.ts')
    }
    assert.equal(processes.length, 5)
    assert.deepEqual(
      processes.filter((one) => isOurs(one, dir)),
      [],
    )
    assert.equal(existsSync(dir), false)
  })

  async function kubectl(args: readonly string[]): Promise<string> {
    const { stdout } = await run(cluster.kubectl, args, {
      env: { HOME: cluster.dir, KUBECONFIG: cluster.kubeconfig },
    })
    return stdout
  }
})

async function apiAs({ server, ca, kubeconfigOf }: RealCluster, user: ClusterUser): Promise<Api> {
  const { users } = parse(await readFile(kubeconfigOf(user), 'utf8')) as {
    users: [{ user: { token: string } }]
  }
  return new Api({ server, ca, token: users[0].user.token })
}
