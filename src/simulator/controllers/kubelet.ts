/** Lets pods live on the built-in node: mounts, pulls, starts, fails on request, becomes ready, ends. */
import type { Container } from 'kubernetes-types/core/v1.js'
import { RESOURCES } from '../../model/kubernetes.ts'
import { FAULT_ANNOTATION } from '../../model/names.ts'
import type { StateChange, StoredObject } from '../state.ts'
import { type ContainerNote, type Crash, isDue, newRun, step, type Surroundings } from './container-run.ts'
import type { Controller } from './loop.ts'
import { isSilent, theNode } from './node.ts'
import { controllerOf, isDeleting, keyFrom, keyOfObject, keyTextOf, podSpecOf, uidOf } from './objects.ts'
import { missingInEnvironment, missingVolume } from './pod-needs.ts'
import { podStatus, podText, type PodRun, runOf } from './pod-status.ts'
import { Waits, type World } from './world.ts'

const COMPONENT = 'kubelet'
/** Images of this name are in no registry. */
const NOWHERE = 'does-not-exist'

/** What pods take their configuration from. */
const SOURCES: readonly string[] = [RESOURCES.Secret.kind, RESOURCES.ConfigMap.kind]

/** By the fault that an annotation asks for. */
const CRASHES: Readonly<Record<string, Crash | undefined>> = {
  CrashLoop: { exitCode: 1, reason: 'Error' },
  InitCrash: { exitCode: 1, reason: 'Error' },
  OutOfMemory: { exitCode: 137, reason: 'OOMKilled' },
}

interface Turn {
  readonly pod: StoredObject
  readonly container: Container
  readonly nowMs: number
}

export class Kubelet implements Controller {
  readonly name = 'kubelet'
  readonly #world: World
  readonly #waits: Waits
  /** By uid of the pod. A real kubelet, too, knows more than the status tells. */
  readonly #runs = new Map<string, PodRun>()
  readonly #images = new Set<string>()
  /** Uids of pods about which the node controller may have said something meanwhile. */
  readonly #unheard = new Set<string>()
  #addresses = 0

  constructor(world: World) {
    this.#world = world
    this.#waits = new Waits(world.now)
  }

  concerns({ type, resource, object }: StateChange): readonly string[] {
    if (resource.kind === RESOURCES.Pod.kind) {
      if (type === 'DELETED') this.#forget(object)
      return podSpecOf(object).nodeName === undefined || type === 'DELETED'
        ? []
        : [keyTextOf(keyOfObject(object))]
    }
    if (resource.kind === RESOURCES.Node.kind && type === 'MODIFIED') return this.#returning(object)
    if (!SOURCES.includes(resource.kind) || type === 'DELETED') return []
    return this.#world.index
      .inNamespace(object.metadata.namespace ?? '')
      .filter(({ uid }) => this.#runs.has(uid))
      .map(({ key }) => keyTextOf(key))
  }

  sync(key: string): number | undefined {
    const { state } = this.#world
    const pod = state.get(RESOURCES.Pod, keyFrom(key))
    if (pod === undefined || podSpecOf(pod).nodeName === undefined) return undefined
    if (isSilent(theNode(state))) {
      this.#unheard.add(uidOf(pod))
      return undefined
    }
    return isDeleting(pod) ? this.#end(pod) : this.#live(pod)
  }

  /** The pods that a node takes care of again after a silence. */
  #returning(node: StoredObject): readonly string[] {
    if (isSilent(node) || this.#unheard.size === 0) return []
    const pods = this.#world.state.list(RESOURCES.Pod).filter((pod) => this.#unheard.has(uidOf(pod)))
    return pods.map((pod) => keyTextOf(keyOfObject(pod)))
  }

  #live(pod: StoredObject): number | undefined {
    const { state, now } = this.#world
    const known = this.#runs.get(uidOf(pod))
    // One time for all steps of this look: a stall of the process must not skip a state that watchers wait for.
    const nowMs = now()
    const run = this.#advance(pod, known ?? this.#begin(pod, nowMs), nowMs)
    this.#runs.set(uidOf(pod), run)
    if (this.#unheard.delete(uidOf(pod)) || run !== known)
      state.updateStatus(RESOURCES.Pod, keyOfObject(pod), podStatus(pod, run, nowMs))
    const dueMs = Math.min(
      Infinity,
      ...this.#active(pod, run).map((container) => runOf(run, container).dueMs),
    )
    return Number.isFinite(dueMs) ? Math.max(0, dueMs - nowMs) : undefined
  }

  #begin(pod: StoredObject, startedAtMs: number): PodRun {
    const { initContainers = [], containers } = podSpecOf(pod)
    const count = (this.#addresses += 1)
    return {
      startedAtMs,
      ip: `10.244.${(count >> 8) & 255}.${count & 255}`,
      sandbox: false,
      containers: new Map([...initContainers, ...containers].map(({ name }) => [name, newRun(startedAtMs)])),
    }
  }

  /** Takes every step that is due. The same run comes back when none is. */
  #advance(pod: StoredObject, from: PodRun, nowMs: number): PodRun {
    let run = from
    if (!run.sandbox) {
      const missing = missingVolume(this.#world.state, pod)
      if (missing !== undefined) this.#say(pod, { type: 'Warning', reason: 'FailedMount', message: missing })
      else run = { ...run, sandbox: true }
    }
    for (let moved = true; moved;) {
      const before = run
      for (const container of this.#active(pod, run)) run = this.#step({ pod, container, nowMs }, run)
      moved = run !== before
    }
    return run
  }

  /** Containers whose turn it is: init containers one after the other, then all others. */
  #active(pod: StoredObject, run: PodRun): readonly Container[] {
    if (!run.sandbox) return []
    const { initContainers = [], containers } = podSpecOf(pod)
    const next = initContainers.find((container) => runOf(run, container).stage !== 'completed')
    return next === undefined ? containers : [next]
  }

  #step(turn: Turn, run: PodRun): PodRun {
    const { pod, container, nowMs } = turn
    const before = runOf(run, container)
    if (!isDue(before, nowMs)) return run
    const around = this.#surroundings(turn)
    const { run: after, notes } = step(before, around)
    for (const note of notes) this.#say(pod, note, container)
    if (after === before) return run
    if (after.stage === 'starting') this.#images.add(around.image)
    return { ...run, containers: new Map([...run.containers, [container.name, after]]) }
  }

  #surroundings({ pod, container, nowMs }: Turn): Surroundings {
    const { image = '', name } = container
    const init = podSpecOf(pod).initContainers?.some((other) => other.name === name) === true
    const asked = pod.metadata.annotations?.[FAULT_ANNOTATION]
    const fault = init === (asked === 'InitCrash') ? asked : undefined
    const pullFails = fault === 'ImagePull' || image.includes(NOWHERE)
    return {
      nowMs,
      timing: this.#world.timing,
      image,
      name,
      init,
      present: !pullFails && this.#images.has(image),
      pullFails,
      crash: CRASHES[fault ?? ''],
      missing: missingInEnvironment(this.#world.state, pod, container),
      readyAfterMs: fault === 'NeverReady' ? Infinity : this.#readyAfterMs(pod, container),
      pod: podText(pod),
    }
  }

  /** Without a probe a container is ready as soon as it runs. Up to a fifth more or less, as in life. */
  #readyAfterMs(pod: StoredObject, { readinessProbe }: Container): number {
    if (readinessProbe === undefined) return 0
    const { timing, random } = this.#world
    const { databaseReadyMs, readyMs } = timing
    const usualMs = controllerOf(pod)?.kind === RESOURCES.StatefulSet.kind ? databaseReadyMs : readyMs
    return Math.round(usualMs * (0.8 + 0.4 * random()))
  }

  #end(pod: StoredObject): number | undefined {
    const { state, timing } = this.#world
    const id = uidOf(pod)
    const { containers, terminationGracePeriodSeconds = 30 } = podSpecOf(pod)
    const running = containers.filter(({ name }) => this.#runs.get(id)?.containers.get(name)?.startedAtMs)
    if (!this.#waits.knows(id)) {
      for (const container of running)
        this.#say(
          pod,
          { type: 'Normal', reason: 'Killing', message: `Stopping container ${container.name}` },
          container,
        )
    }
    const endsMs =
      running.length > 0 ? Math.min(timing.terminationMs, terminationGracePeriodSeconds * 1000) : 0
    const waitMs = this.#waits.remainingMs(id, endsMs)
    if (waitMs > 0) return waitMs
    state.delete(RESOURCES.Pod, keyOfObject(pod), { gracePeriodSeconds: 0, uid: id })
    return undefined
  }

  #forget(pod: StoredObject): void {
    this.#runs.delete(uidOf(pod))
    this.#unheard.delete(uidOf(pod))
    this.#waits.forget(uidOf(pod))
  }

  #say(about: StoredObject, note: ContainerNote, container?: Container): void {
    const fieldPath = container && { fieldPath: `spec.containers{${container.name}}` }
    this.#world.events.record({ about, component: COMPONENT, ...note, ...fieldPath })
  }
}
