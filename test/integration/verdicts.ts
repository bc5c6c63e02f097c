/** What the suites about verdicts do: change workloads behind the product's back, wait for a verdict, follow all states. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { type KubeObject, RESOURCES } from '../../src/model/kubernetes.ts'
import type { RunningService } from '../../src/service.ts'
import type { Answer } from '../../src/status/answer.ts'
import { eventually } from '../support/eventually.ts'
import { CLUSTER_MS, untilTold } from './participants.ts'
import type { TestCluster } from './test-cluster.ts'

type Service = Pick<RunningService, 'url'>
export type Component = Answer['components'][string]

/** After its grace a verdict may take this long, ms. */
export const SOON_MS = 2_000
export function componentOf({ components }: Pick<Answer, 'components'>, name: string): Component {
  const component = components[name]
  assert.ok(component, `no component ${name}`)
  return component
}

export const conditionOf = (
  { conditions }: Pick<Answer, 'conditions'>,
  type: string,
): Answer['conditions'][number] => {
  const condition = conditions.find((each) => each.type === type)
  assert.ok(condition, `no condition ${type}`)
  return condition
}

/** `Type=Status`, sorted by type. */
export const conditionsIn = ({ conditions }: Pick<Answer, 'conditions'>): readonly string[] =>
  conditions.map(({ type, status }) => `${type}=${status}`).toSorted()

/**
 * Keeps the reconciler from taking back what a test changes; false lets it repair everything. Waits before until
 * nothing is under way: a pass that has begun is not called off.
 */
export async function setSuspended(
  { kube }: Pick<TestCluster, 'kube'>,
  service: Service,
  { name, suspended }: { readonly name: string; readonly suspended: boolean },
): Promise<void> {
  await untilTold(service, name, {
    what: 'at rest',
    holds: ({ status, steps }) =>
      steps.length > 0 &&
      steps.every(
        ({ name: step, state }) => state === 'Done' || (step === 'readiness' && status !== 'READY'),
      ),
  })
  const body = { spec: { suspended } }
  await kube.patch(RESOURCES.Participant, { name }, { type: 'merge', manager: 'suite', body })
  await untilTold(service, name, {
    what: suspended ? 'suspended' : 'resumed',
    holds: (answer) => (conditionOf(answer, 'Reconciling').reason === 'Suspended') === suspended,
  })
}

export interface WorkloadRef {
  readonly kind: 'Deployment' | 'StatefulSet'
  readonly namespace: string
  readonly name: string
}

/** As somebody with kubectl does. */
export async function change(
  { kube }: Pick<TestCluster, 'kube'>,
  { kind, namespace, name }: WorkloadRef,
  spec: object,
): Promise<void> {
  const body = { spec }
  await kube.patch(RESOURCES[kind], { namespace, name }, { type: 'merge', manager: 'kubectl', body })
}

/** Waits until the controller of the workload has looked at its latest specification. */
export async function untilObserved(
  { kube }: Pick<TestCluster, 'kube'>,
  { kind, namespace, name }: WorkloadRef,
): Promise<void> {
  await eventually(
    async () => {
      const live = await kube.get<Observable>(RESOURCES[kind], { namespace, name })
      return live?.status?.observedGeneration === live?.metadata.generation
    },
    { what: `the controller of ${kind} ${name} to look at it`, withinMs: CLUSTER_MS },
  )
}

interface Observable extends KubeObject {
  readonly status?: { readonly observedGeneration?: number }
}

/** Changes the pod template, and fields of its one container; the component's name is the container's. */
export async function changePods(
  { kube }: Pick<TestCluster, 'kube'>,
  { kind, namespace, name }: WorkloadRef,
  { container = {}, pod = {} }: { readonly container?: object; readonly pod?: object },
): Promise<void> {
  const live = await kube.get<Workload>(RESOURCES[kind], { namespace, name })
  assert.ok(live, `no ${kind} ${name}`)
  const containers = live.spec.template.spec.containers.map((own) => ({ ...own, ...container }))
  const body = { spec: { template: { spec: { ...pod, containers } } } }
  await kube.patch(RESOURCES[kind], { namespace, name }, { type: 'merge', manager: 'kubectl', body })
}

interface Workload extends KubeObject {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly object[] } } }
}

interface Pod extends KubeObject {
  readonly status: unknown
}

/** Waits until the cluster itself shows this text in the status of a pod of the component: from then on it can be told. */
export async function untilClusterShows(
  { kube }: Pick<TestCluster, 'kube'>,
  {
    namespace,
    component,
    text,
  }: { readonly namespace: string; readonly component: string; readonly text: string },
): Promise<void> {
  const labelSelector = `app.kubernetes.io/component=${component}`
  await eventually(
    async () => {
      const { items } = await kube.list<Pod>(RESOURCES.Pod, { namespace, labelSelector })
      return items.some(({ status }) => JSON.stringify(status).includes(text))
    },
    { what: `a pod of ${component} to show ${text}`, withinMs: CLUSTER_MS },
  )
}

/** Every answer that a caller who polls sees, each once. */
export class Follower implements AsyncDisposable {
  readonly seen: Answer[] = []
  readonly #done: Promise<void>
  #ended = false

  constructor(service: Service, name: string) {
    this.#done = this.#follow(`${service.url}/api/v1/resources/${name}/status`)
  }

  /** Overall states in order, without repetitions. */
  get states(): readonly string[] {
    const all = this.seen.map(({ status }) => status)
    return all.filter((state, place) => state !== all[place - 1])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    await this.#done
  }

  async #follow(url: string): Promise<void> {
    let etag = ''
    for (;;) {
      // One more look after the end was asked for: what the test saw is in it.
      const last = this.#ended
      const response = await fetch(url, { headers: { 'if-none-match': etag } })
      const text = await response.text()
      etag = response.headers.get('etag') ?? ''
      if (response.status === 200) this.seen.push(JSON.parse(text) as Answer)
      if (last) return
      await delay(20)
    }
  }
}
