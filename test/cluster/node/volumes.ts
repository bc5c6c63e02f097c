/** The storage of a node: a folder for each claim, made when a pod needs it, and removed with the claim. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubeObject, Resource } from '../../../src/model/kubernetes.ts'
import type { Api } from '../api.ts'
import { NODE_NAME } from './files.ts'

/** As objects.yaml names it. */
const PROVISIONER = 'node.dataspaces.dev/folder'
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
const VOLUMES = '/api/v1/persistentvolumes'

export const VOLUME: Resource = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  namespaced: false,
}

interface Claim extends KubeObject {
  readonly spec: {
    readonly accessModes: readonly string[]
    readonly storageClassName?: string
    readonly volumeMode?: string
    readonly volumeName?: string
    readonly resources: { readonly requests: { readonly storage: string } }
  }
}

interface Volume extends KubeObject {
  readonly spec: { readonly local?: { readonly path: string } }
  readonly status?: { readonly phase?: string }
}

/** A claim of ours that waits for its volume, and whose pod has a node (Kubernetes, volume provisioning by others). */
export function waitingClaim(object: KubeObject): Claim | undefined {
  const claim = object as Claim
  const { annotations = {} } = claim.metadata
  const ours = annotations['volume.kubernetes.io/storage-provisioner'] === PROVISIONER
  const placed = annotations['volume.kubernetes.io/selected-node'] === NODE_NAME
  return ours && placed && claim.spec.volumeName === undefined ? claim : undefined
}

/** A volume of ours whose claim has gone. */
export function releasedVolume(object: KubeObject): Volume | undefined {
  const volume = object as Volume
  const ours = volume.metadata.annotations?.[PROVISIONED_BY] === PROVISIONER
  return ours && volume.status?.phase === 'Released' ? volume : undefined
}

export interface Storage {
  readonly api: Api
  /** Where the folders are. */
  readonly folder: string
}

export async function provide({ api, folder }: Storage, claim: Claim): Promise<void> {
  const { metadata, spec } = claim
  const name = `pvc-${metadata.uid ?? ''}`
  const path = join(folder, name)
  await mkdir(path, { recursive: true })
  if ((await api.statusOf(`${VOLUMES}/${name}`)) === 200) return
  await api.create(VOLUMES, {
    metadata: { name, annotations: { [PROVISIONED_BY]: PROVISIONER } },
    spec: {
      capacity: { storage: spec.resources.requests.storage },
      accessModes: spec.accessModes,
      volumeMode: spec.volumeMode ?? 'Filesystem',
      storageClassName: spec.storageClassName,
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: metadata.namespace,
        name: metadata.name,
        uid: metadata.uid,
      },
      // The kubelet gives it to the group of the pod, as it does with a disk.
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [ON_THIS_NODE] }] } },
    },
  })
}

const ON_THIS_NODE = { key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] }

/** The folder first: as long as the volume is there, somebody knows that it has to go. */
export async function takeBack({ api }: Storage, { metadata, spec }: Volume): Promise<void> {
  if (spec.local !== undefined) await rm(spec.local.path, { recursive: true, force: true })
  await api.delete(`${VOLUMES}/${metadata.name}`)
}
