/** For tests: a state with running controllers, a record of what a watcher sees, and small workloads. */
import type { DeploymentSpec, StatefulSetSpec } from 'kubernetes-types/apps/v1.js'
import type { PodSpec } from 'kubernetes-types/core/v1.js'
import { eventually } from '../../../test/support/eventually.ts'
import { type KubeObject, type Resource, RESOURCES } from '../../model/kubernetes.ts'
import { FAULT_ANNOTATION } from '../../model/names.ts'
import { openState } from '../memory-state.ts'
import type { State, StateChange, StoredObject } from '../state.ts'
import { openControllers } from './controllers.ts'
import { FAST_TIMING, type Timing } from './timing.ts'

export const NAMESPACE = 'acme'

export interface TestCluster extends Disposable {
  readonly state: State
  /** Everything that happened, in order. */
  readonly seen: readonly StateChange[]
  /** What controllers complained about. */
  readonly complaints: readonly object[]
}

export function openTestCluster(timing: Partial<Timing> = {}): TestCluster {
  let uids = 0
  const state = openState({ now: Date.now, newUid: () => `uid-${(uids += 1)}` })
  const seen: StateChange[] = []
  const complaints: object[] = []
  const complain = (fields: object): void => void complaints.push(fields)
  const subscription = state.subscribe((change) => seen.push(change))
  const controllers = openControllers({
    state,
    timing: { ...FAST_TIMING, ...timing },
    now: Date.now,
    random: Math.random,
    log: { debug: complain, info: complain, warn: complain, error: complain },
  })
  state.create(RESOURCES.Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
  return {
    state,
    seen,
    complaints,
    [Symbol.dispose]: () => {
      controllers[Symbol.dispose]()
      subscription[Symbol.dispose]()
    },
  }
}

export interface WorkloadOptions {
  readonly namespace?: string
  readonly image?: string
  readonly fault?: string
  readonly pod?: Partial<PodSpec>
}

type Workload<Spec> = KubeObject & { readonly spec: Spec }

export function aDeployment(
  name: string,
  { spec, ...options }: WorkloadOptions & { readonly spec?: Partial<DeploymentSpec> } = {},
): Workload<DeploymentSpec> {
  const namespace = options.namespace ?? NAMESPACE
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: aTemplate(name, options),
      ...spec,
    },
  }
}

export function aStatefulSet(
  name: string,
  { spec, ...options }: WorkloadOptions & { readonly spec?: Partial<StatefulSetSpec> } = {},
): Workload<StatefulSetSpec> {
  const namespace = options.namespace ?? NAMESPACE
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { namespace, name },
    spec: {
      replicas: 1,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: aTemplate(name, options),
      ...spec,
    },
  }
}

export function aTemplate(
  name: string,
  { image = 'example.org/app:1', fault, pod }: WorkloadOptions,
): DeploymentSpec['template'] {
  return {
    metadata: {
      labels: { app: name },
      ...(fault !== undefined && { annotations: { [FAULT_ANNOTATION]: fault } }),
    },
    spec: { containers: [{ name: 'main', image, readinessProbe: { httpGet: { port: 8080 } } }], ...pod },
  }
}

/** The object as it is now; an assertion that it exists. */
export function live({ state }: TestCluster, resource: Resource, name: string): StoredObject {
  const object = state.get(resource, { ...(resource.namespaced && { namespace: NAMESPACE }), name })
  if (object === undefined) throw new Error(`no ${resource.kind} ${name}`)
  return object
}

export const podsOf = ({ state }: TestCluster, app: string): readonly StoredObject[] =>
  state.list(RESOURCES.Pod).filter(({ metadata }) => metadata.labels?.['app'] === app)

/** Waits until the object's status contains all of this. */
export async function untilStatus(
  cluster: TestCluster,
  { kind, name, is }: { readonly kind: keyof typeof RESOURCES; readonly name: string; readonly is: object },
): Promise<StoredObject> {
  return eventually(
    () => {
      const object = live(cluster, RESOURCES[kind], name)
      const fits = Object.entries(is).every(([field, value]) => (object.status?.[field] ?? 0) === value)
      return fits && object
    },
    { what: `${kind} ${name} to report ${JSON.stringify(is)}` },
  )
}

/** `type=status/reason` of each condition, sorted. */
export function conditionsOf({ status }: StoredObject): readonly string[] {
  const conditions = (status?.['conditions'] ?? []) as readonly Record<string, string>[]
  return conditions
    .map(({ type, status: value, reason }) =>
      reason === undefined ? `${type}=${value}` : `${type}=${value}/${reason}`,
    )
    .toSorted()
}

/** The states a watcher saw one object in, without repetitions. */
export function history<T>(
  cluster: TestCluster,
  kind: string,
  read: (object: StoredObject) => T,
): readonly T[] {
  const values = cluster.seen
    .filter(({ resource }) => resource.kind === kind)
    .map(({ object }) => read(object))
  return values.filter((value, place) => JSON.stringify(value) !== JSON.stringify(values[place - 1]))
}

/** The single element of a list; an assertion that there is exactly one. */
export function only<T>(list: readonly T[]): T {
  const [first] = list
  if (first === undefined || list.length > 1) throw new Error(`expected one, got ${list.length}`)
  return first
}
