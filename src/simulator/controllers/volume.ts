/** Binds claims to volumes: every claim of the default class gets one after a moment. */
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimStatus } from 'kubernetes-types/core/v1.js'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import type { State, StoredObject } from '../state.ts'
import type { Controller } from './loop.ts'
import { isDeleting, keyFrom, keyOfObject, keyTextOf, uidOf } from './objects.ts'
import { Waits, type World } from './world.ts'

/** The only StorageClass there is; it also serves claims that name none. */
const DEFAULT_STORAGE_CLASS = 'standard'
const COMPONENT = 'persistentvolume-controller'

export function createStorageClass(state: State): void {
  const storageClass: KubeObject &
    Readonly<Record<'provisioner' | 'reclaimPolicy' | 'volumeBindingMode', string>> = {
    apiVersion: 'storage.k8s.io/v1',
    kind: RESOURCES.StorageClass.kind,
    metadata: {
      name: DEFAULT_STORAGE_CLASS,
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'simulator.dataspaces.dev/volume',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  }
  state.create(RESOURCES.StorageClass, storageClass)
}

export const isBound = (claim: StoredObject): boolean =>
  (claim.status as PersistentVolumeClaimStatus | undefined)?.phase === 'Bound'

export function volumeController(world: World): Controller {
  const waits = new Waits(world.now)
  return {
    name: 'volume',
    concerns: ({ resource, object }) =>
      resource.kind === RESOURCES.PersistentVolumeClaim.kind ? [keyTextOf(keyOfObject(object))] : [],
    sync: (key) => {
      const claim = world.state.get(RESOURCES.PersistentVolumeClaim, keyFrom(key))
      const waiting = claim !== undefined && !isDeleting(claim) && !isBound(claim) && servable(world, claim)
      const waitMs = waiting ? waits.remainingMs(key, world.timing.bindMs) : 0
      if (waitMs > 0) return waitMs
      waits.forget(key)
      if (waiting) bind(world, claim)
      return undefined
    },
  }
}

function servable({ state, events }: World, claim: StoredObject): boolean {
  const { storageClassName = '' } = claim.spec as PersistentVolumeClaimSpec
  if (claim.status?.['phase'] === undefined)
    state.updateStatus(RESOURCES.PersistentVolumeClaim, keyOfObject(claim), { phase: 'Pending' })
  if (storageClassName === '' || storageClassName === DEFAULT_STORAGE_CLASS) return true
  events.record({
    about: claim,
    type: 'Warning',
    reason: 'ProvisioningFailed',
    message: `storageclass.storage.k8s.io "${storageClassName}" not found`,
    component: COMPONENT,
  })
  return false
}

function bind({ state, events }: World, claim: StoredObject): void {
  const spec = claim.spec as PersistentVolumeClaimSpec
  const volumeName = `pvc-${uidOf(claim)}`
  const annotations = {
    ...claim.metadata.annotations,
    'pv.kubernetes.io/bind-completed': 'yes',
    'pv.kubernetes.io/bound-by-controller': 'yes',
  }
  const bound: StoredObject = {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { storageClassName: DEFAULT_STORAGE_CLASS, ...spec, volumeName },
  }
  state.update(RESOURCES.PersistentVolumeClaim, bound)
  const capacity = { storage: spec.resources?.requests?.['storage'] ?? '1Gi' }
  const status = { phase: 'Bound', accessModes: spec.accessModes ?? ['ReadWriteOnce'], capacity }
  state.updateStatus(RESOURCES.PersistentVolumeClaim, keyOfObject(claim), status)
  events.record({
    about: claim,
    type: 'Normal',
    reason: 'ProvisioningSucceeded',
    message: `Successfully provisioned volume ${volumeName}`,
    component: COMPONENT,
  })
}
