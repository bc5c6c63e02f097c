/** StatefulSet → pods with fixed names and claims: one after the other up, from the highest down, updates likewise. */
import type { StatefulSetSpec, StatefulSetStatus } from 'kubernetes-types/apps/v1.js'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import type { StoredObject } from '../state.ts'
import type { StatusFault } from '../status-fault.ts'
import { adopt } from './adoption.ts'
import {
  type Revision,
  REVISION_LABEL,
  revisionOf,
  type Revisions,
  revisionsOf,
} from './controller-revisions.ts'
import type { Controller } from './loop.ts'
import {
  concerned,
  createPod,
  isDeleting,
  keyFrom,
  keyOfObject,
  podFrom,
  podStatusOf,
  takesNewObjects,
  uidOf,
  untilAvailableMs,
} from './objects.ts'
import { statefulSetStatus } from './stateful-set-status.ts'
import { Retries, sooner, type World } from './world.ts'

export function statefulSetController(world: World): Controller {
  const retries = new Retries()
  return {
    name: 'stateful-set',
    concerns: (change) => concerned(change, RESOURCES.StatefulSet),
    sync: (key) => {
      const set = world.state.get(RESOURCES.StatefulSet, keyFrom(key))
      if (set !== undefined) adoptPods(world, set)
      const sequence = set && new Sequence(world, set)
      const nextMs = sequence?.advance()
      return sooner(nextMs, retries.after(key, sequence?.refusal))
    },
  }
}

/** A name out of the sequence keeps a pod from being taken for one of it. */
function adoptPods(world: World, set: StoredObject): void {
  const prefix = `${set.metadata.name}-`
  const accepts = ({ metadata: { name } }: StoredObject): boolean =>
    name.startsWith(prefix) && /^\d+$/u.test(name.slice(prefix.length))
  adopt(world, set, { resource: RESOURCES.Pod, accepts })
}

/** One look at one StatefulSet. */
class Sequence {
  readonly #world: World
  readonly #set: StoredObject
  readonly #spec: StatefulSetSpec
  readonly #status: Partial<StatefulSetStatus>
  readonly #revisions: Revisions
  /** Why the API server did not let a pod in. */
  #refusal: StatusFault | undefined

  constructor(world: World, set: StoredObject) {
    this.#world = world
    this.#set = set
    this.#spec = set.spec as unknown as StatefulSetSpec
    this.#status = (set.status ?? {}) as Partial<StatefulSetStatus>
    this.#revisions = this.#frozen()
      ? { current: named(this.#status.currentRevision), update: named(this.#status.updateRevision) }
      : revisionsOf(world, set, this.#status.currentRevision)
  }

  get refusal(): StatusFault | undefined {
    return this.#refusal
  }

  advance(): number | undefined {
    if (!this.#frozen() && this.#settleReplicas() && this.#settleSurplus()) this.#updateOne()
    const pods = this.#pods()
    this.#world.state.updateStatus(
      RESOURCES.StatefulSet,
      keyOfObject(this.#set),
      statefulSetStatus(this.#set, pods, { ...this.#revisions, nowMs: this.#world.now() }),
    )
    const pending = pods.map((pod) => this.#untilAvailable(pod) ?? 0).filter((ms) => ms > 0)
    return pending.length > 0 ? Math.min(...pending) : undefined
  }

  /** Only the status is kept up to date while the set or its namespace goes away. */
  #frozen(): boolean {
    return isDeleting(this.#set) || !takesNewObjects(this.#world.state, this.#set.metadata.namespace)
  }

  /** Creates what is missing. True when every replica is there and, in order, available. */
  #settleReplicas(): boolean {
    for (const ordinal of this.#ordinals()) {
      const pod = this.#pod(ordinal)
      const done = pod === undefined ? this.#create(ordinal) : this.#attend(pod, ordinal)
      if (!done && this.#inOrder) return false
    }
    return true
  }

  #attend(pod: StoredObject, ordinal: number): boolean {
    const { phase } = podStatusOf(pod)
    if ((phase === 'Failed' || phase === 'Succeeded') && !isDeleting(pod)) this.#delete(pod)
    else if (phase === 'Pending') this.#claim(pod.metadata.name, ordinal)
    return this.#isAvailable(pod)
  }

  /** Removes pods beyond the count, the highest first. True when none is left. */
  #settleSurplus(): boolean {
    const last = this.#ordinals().at(-1) ?? this.#start - 1
    const surplus = this.#pods()
      .filter((pod) => ordinalOf(pod) > last || ordinalOf(pod) < this.#start)
      .toSorted((a, b) => ordinalOf(b) - ordinalOf(a))
    for (const pod of surplus) {
      if (!isDeleting(pod)) this.#delete(pod)
      if (this.#inOrder) return false
    }
    return surplus.length === 0
  }

  /** Takes the highest pod of another revision away; it comes back with the new one. One at a time. */
  #updateOne(): void {
    const { type, rollingUpdate } = this.#spec.updateStrategy ?? {}
    if (type === 'OnDelete') return
    const updatable = this.#ordinals().slice(rollingUpdate?.partition ?? 0)
    const isDone = (pod: StoredObject | undefined): boolean =>
      pod !== undefined && revisionOf(pod) === this.#revisions.update.name && this.#isAvailable(pod)
    const next = updatable
      .toReversed()
      .map((ordinal) => this.#pod(ordinal))
      .find((pod) => !isDone(pod))
    if (next === undefined || isDeleting(next) || revisionOf(next) === this.#revisions.update.name) return
    this.#delete(next)
  }

  /** Always false: a pod that was just made is not available. */
  #create(ordinal: number): false {
    const name = `${this.#set.metadata.name}-${ordinal}`
    this.#claim(name, ordinal)
    const revision = this.#revisionFor(ordinal)
    const claims = this.#spec.volumeClaimTemplates ?? []
    const volumes = claims.map(({ metadata }) => ({
      name: metadata?.name ?? '',
      persistentVolumeClaim: { claimName: `${metadata?.name}-${name}` },
    }))
    const others = (revision.template.spec?.volumes ?? []).filter(
      (volume) => !volumes.some((claimed) => claimed.name === volume.name),
    )
    const pod = podFrom(revision.template, this.#set, {
      name,
      generateName: `${this.#set.metadata.name}-`,
      labels: {
        [REVISION_LABEL]: revision.name,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
      spec: { hostname: name, subdomain: this.#spec.serviceName, volumes: [...volumes, ...others] },
    })
    this.#refusal = createPod(this.#world.state, pod)
    const done = `Create Pod ${name} in StatefulSet ${this.#set.metadata.name}`
    if (this.#refusal === undefined) this.#say('SuccessfulCreate', `${done} successful`)
    else this.#say('FailedCreate', `${done} failed error: ${this.#refusal.message}`)
    return false
  }

  /** Pods that were not updated yet, or are below the partition, come back as they were. */
  #revisionFor(ordinal: number): Revision {
    const { updateStrategy } = this.#spec
    const { current, update } = this.#revisions
    if (updateStrategy?.type === 'OnDelete') return update
    const kept = updateStrategy?.rollingUpdate?.partition ?? this.#status.currentReplicas ?? 0
    return ordinal - this.#start < kept ? current : update
  }

  #claim(podName: string, ordinal: number): void {
    const { namespace } = this.#set.metadata
    for (const template of this.#spec.volumeClaimTemplates ?? []) {
      const name = `${template.metadata?.name}-${this.#set.metadata.name}-${ordinal}`
      const key = { ...(namespace !== undefined && { namespace }), name }
      if (this.#world.state.get(RESOURCES.PersistentVolumeClaim, key) !== undefined) continue
      const labels = { ...template.metadata?.labels, ...this.#spec.selector.matchLabels }
      const { annotations } = template.metadata ?? {}
      const claim: KubeObject & { readonly spec: unknown; readonly status: unknown } = {
        apiVersion: 'v1',
        kind: RESOURCES.PersistentVolumeClaim.kind,
        metadata: { ...key, labels, ...(annotations !== undefined && { annotations }) },
        spec: template.spec,
        status: { phase: 'Pending' },
      }
      this.#world.state.create(RESOURCES.PersistentVolumeClaim, claim)
      const set = this.#set.metadata.name
      this.#say('SuccessfulCreate', `Create Claim ${name} Pod ${podName} in StatefulSet ${set} success`)
    }
  }

  #delete(pod: StoredObject): void {
    this.#world.state.delete(RESOURCES.Pod, keyOfObject(pod), { uid: uidOf(pod) })
    const { name } = this.#set.metadata
    this.#say('SuccessfulDelete', `Delete Pod ${pod.metadata.name} in StatefulSet ${name} successful`)
  }

  get #inOrder(): boolean {
    return this.#spec.podManagementPolicy !== 'Parallel'
  }

  get #start(): number {
    return this.#spec.ordinals?.start ?? 0
  }

  #ordinals(): readonly number[] {
    return Array.from({ length: this.#spec.replicas ?? 1 }, (_, index) => this.#start + index)
  }

  #pods(): readonly StoredObject[] {
    return this.#world.index.owned(this.#set, RESOURCES.Pod)
  }

  #pod(ordinal: number): StoredObject | undefined {
    return this.#pods().find((pod) => ordinalOf(pod) === ordinal)
  }

  #isAvailable(pod: StoredObject): boolean {
    return !isDeleting(pod) && this.#untilAvailable(pod) === 0
  }

  #untilAvailable(pod: StoredObject): number | undefined {
    const minReadySeconds = this.#spec.minReadySeconds ?? 0
    return untilAvailableMs(pod, { minReadySeconds, nowMs: this.#world.now() })
  }

  #say(reason: string, message: string): void {
    const about = this.#set
    const type = reason.startsWith('Failed') ? 'Warning' : 'Normal'
    this.#world.events.record({ about, type, reason, message, component: 'statefulset-controller' })
  }
}

const named = (name = ''): Revision => ({ name, template: {} })

const ordinalOf = ({ metadata: { name } }: StoredObject): number =>
  Number(name.slice(name.lastIndexOf('-') + 1))
