/** Deployment → ReplicaSets: rollouts, scaling, pausing, history, status. Sizes are decided in `rollout.ts`. */
import { apiVersionOf, type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import type { StoredObject } from '../state.ts'
import { adopt } from './adoption.ts'
import { type NewCondition, withCondition } from './conditions.ts'
import {
  countedStatus,
  isComplete,
  progressing,
  progressOf,
  rolloutStatus,
  untilDeadlineMs,
} from './deployment-status.ts'
import {
  countsOf,
  deadlineSecondsOf,
  DESIRED,
  type Fleet,
  fleetOf,
  HASH_LABEL,
  MAXIMUM,
  REVISION,
  revisionOf,
  sizeOf,
  specOf,
  total,
} from './deployment-view.ts'
import type { Controller } from './loop.ts'
import { concerned, isDeleting, keyFrom, keyOfObject, ownedBy, takesNewObjects } from './objects.ts'
import { hashOf } from './revision.ts'
import { needsScaling, nextRollingStep, type Resize, scaledSizes, sizeForNewSet } from './rollout.ts'
import type { World } from './world.ts'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

export function deploymentController(world: World): Controller {
  return {
    name: 'deployment',
    concerns: (change) =>
      change.resource.kind === 'Deployment' || change.resource.kind === 'ReplicaSet'
        ? concerned(change, RESOURCES.Deployment)
        : [],
    sync: (key) => {
      const deployment = world.state.get(RESOURCES.Deployment, keyFrom(key))
      if (deployment !== undefined) adopt(world, deployment, { resource: RESOURCES.ReplicaSet })
      return deployment && new Rollout(world, deployment).advance()
    },
  }
}

/** One look at one Deployment. Writes and reads again; the changes it makes call for the next look. */
class Rollout {
  readonly #world: World
  #fleet: Fleet

  constructor(world: World, deployment: StoredObject) {
    this.#world = world
    const templateHash = hashOf(specOf(deployment).template)
    this.#fleet = fleetOf(deployment, templateHash, world.index.owned(deployment, RESOURCES.ReplicaSet))
  }

  advance(): number | undefined {
    const { deployment, spec } = this.#fleet
    const plain = isDeleting(deployment) || !takesNewObjects(this.#world.state, deployment.metadata.namespace)
    if (plain) this.#writeStatus(countedStatus)
    else {
      this.#notePause()
      this.#noteRevision()
      if (spec.paused === true || needsScaling(this.#fleet)) this.#scale()
      else this.#roll()
    }
    return spec.paused === true || plain ? undefined : untilDeadlineMs(this.#fleet, this.#world.now())
  }

  #scale(): void {
    this.#resize(scaledSizes(this.#fleet))
    if (this.#fleet.spec.paused === true) this.#forgetHistory()
    this.#writeStatus(countedStatus)
  }

  #roll(): void {
    const { recreate, current } = this.#fleet
    if (recreate) this.#recreate()
    else if (current === undefined) this.#createSet()
    else this.#resize(nextRollingStep(this.#fleet))
    if (isComplete(this.#fleet, this.#fleet.status)) this.#forgetHistory()
    this.#writeStatus(rolloutStatus)
  }

  /** Old pods end, terminating ones included, before new ones begin. */
  #recreate(): void {
    const { current, desired, old } = this.#fleet
    const running = old.filter((set) => sizeOf(set) > 0)
    const left = total(old, (set) => (countsOf(set).replicas ?? 0) + (countsOf(set).terminatingReplicas ?? 0))
    if (running.length > 0) this.#resize(running.map((set) => ({ set, size: 0 })))
    else if (left > 0) return
    else if (current === undefined) this.#createSet()
    else this.#resize([{ set: current, size: desired }])
  }

  #createSet(): void {
    const { deployment, spec, desired, surge, templateHash, old } = this.#fleet
    const name = `${deployment.metadata.name}-${templateHash}`
    const labels = { ...spec.template.metadata?.labels, [HASH_LABEL]: templateHash }
    const size = sizeForNewSet(this.#fleet)
    const revision = String(Math.max(0, ...old.map(revisionOf)) + 1)
    const set: KubeObject & { readonly spec: object } = {
      apiVersion: apiVersionOf(RESOURCES.ReplicaSet),
      kind: RESOURCES.ReplicaSet.kind,
      metadata: {
        ...keyOfObject(deployment),
        name,
        labels,
        annotations: { ...copied(deployment), ...notes(desired, surge), [REVISION]: revision },
        ownerReferences: ownedBy(deployment),
      },
      spec: {
        replicas: size,
        minReadySeconds: spec.minReadySeconds ?? 0,
        selector: {
          ...spec.selector,
          matchLabels: { ...spec.selector.matchLabels, [HASH_LABEL]: templateHash },
        },
        template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
      },
    }
    this.#world.state.create(RESOURCES.ReplicaSet, set)
    if (size > 0) this.#say(`Scaled up replica set ${name} from 0 to ${size}`)
    this.#noteProgress(progressing('NewReplicaSetCreated', `Created new replica set "${name}"`))
    this.#annotate(revision)
  }

  #resize(resizes: readonly Resize[]): void {
    const { desired, surge } = this.#fleet
    for (const { set, size } of resizes) {
      const before = sizeOf(set)
      const annotations = { ...set.metadata.annotations, ...notes(desired, surge) }
      const resized: StoredObject = {
        ...set,
        metadata: { ...set.metadata, annotations },
        spec: { ...set.spec, replicas: size },
      }
      this.#world.state.update(RESOURCES.ReplicaSet, resized)
      const way = size > before ? 'up' : 'down'
      if (size !== before)
        this.#say(`Scaled ${way} replica set ${set.metadata.name} from ${before} to ${size}`)
    }
    this.#read()
  }

  /** The set of the template carries the highest revision, the Deployment's annotations and its minReadySeconds. */
  #noteRevision(): void {
    const { current, old, deployment, spec, status } = this.#fleet
    if (current === undefined) return
    const revision = String(Math.max(revisionOf(current), ...old.map((set) => revisionOf(set) + 1)))
    const annotations = { ...current.metadata.annotations, ...copied(deployment), [REVISION]: revision }
    const noted: StoredObject = {
      ...current,
      metadata: { ...current.metadata, annotations },
      spec: { ...current.spec, minReadySeconds: spec.minReadySeconds ?? 0 },
    }
    this.#world.state.update(RESOURCES.ReplicaSet, noted)
    if (progressOf(status) === undefined)
      this.#noteProgress(
        progressing('FoundNewReplicaSet', `Found new replica set "${current.metadata.name}"`),
      )
    this.#annotate(revision)
  }

  /** A pause stops the clock of the deadline. */
  #notePause(): void {
    const { spec, status } = this.#fleet
    const reason = progressOf(status)?.reason
    if (reason === 'ProgressDeadlineExceeded') return
    if (spec.paused === true && reason !== 'DeploymentPaused')
      this.#noteProgress(progressing('DeploymentPaused', 'Deployment is paused', 'Unknown'))
    if (spec.paused !== true && reason === 'DeploymentPaused')
      this.#noteProgress(progressing('DeploymentResumed', 'Deployment is resumed', 'Unknown'))
  }

  #noteProgress(condition: NewCondition): void {
    if (deadlineSecondsOf(this.#fleet.spec) === undefined) return
    const nowMs = this.#world.now()
    this.#writeStatus(({ status }) => ({
      ...status,
      conditions: withCondition(status.conditions ?? [], condition, { nowMs }),
    }))
  }

  #annotate(revision: string): void {
    const { deployment } = this.#fleet
    if (deployment.metadata.annotations?.[REVISION] === revision) return
    const annotations = { ...deployment.metadata.annotations, [REVISION]: revision }
    const annotated: StoredObject = { ...deployment, metadata: { ...deployment.metadata, annotations } }
    this.#world.state.update(RESOURCES.Deployment, annotated)
    this.#read()
  }

  #forgetHistory(): void {
    const { old, spec } = this.#fleet
    const surplus = old.slice(0, Math.max(0, old.length - (spec.revisionHistoryLimit ?? 10)))
    const idle = surplus.filter((set) => sizeOf(set) === 0 && (countsOf(set).replicas ?? 0) === 0)
    for (const set of idle) this.#world.state.delete(RESOURCES.ReplicaSet, keyOfObject(set))
    if (idle.length > 0) this.#read()
  }

  #writeStatus(compute: (fleet: Fleet, nowMs: number) => object): void {
    const key = keyOfObject(this.#fleet.deployment)
    this.#world.state.updateStatus(RESOURCES.Deployment, key, compute(this.#fleet, this.#world.now()))
    this.#read()
  }

  #read(): void {
    const { state, index } = this.#world
    const { deployment, templateHash } = this.#fleet
    const now = state.get(RESOURCES.Deployment, keyOfObject(deployment)) ?? deployment
    this.#fleet = fleetOf(now, templateHash, index.owned(now, RESOURCES.ReplicaSet))
  }

  #say(message: string): void {
    const about = this.#fleet.deployment
    this.#world.events.record({
      about,
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message,
      component: 'deployment-controller',
    })
  }
}

const notes = (desired: number, surge: number): Record<string, string> => ({
  [DESIRED]: String(desired),
  [MAXIMUM]: String(desired + surge),
})

/** Annotations that a ReplicaSet takes over from its Deployment. */
function copied({ metadata }: StoredObject): Readonly<Record<string, string>> {
  const { [LAST_APPLIED]: _, [REVISION]: __, ...rest } = metadata.annotations ?? {}
  return rest
}
