/** A profile is a release: which images run, how much they get, and which generation of the EDC APIs they speak. */
import type { ComponentName, ComponentResources } from './participant.ts'

export interface ComponentProfile {
  readonly image: string
  readonly replicas: number
  readonly resources: ComponentResources
  /** A Kubernetes quantity; only for components that store something. */
  readonly storage?: string
}

export interface Profile {
  readonly name: string
  readonly components: Readonly<Record<ComponentName, ComponentProfile>>
  /** Left out: the cluster's default StorageClass. */
  readonly storageClassName?: string
  /** Names of pull Secrets that exist in the participant's namespace. */
  readonly imagePullPolicy: 'IfNotPresent' | 'Never' | 'Always'
}

export type Profiles = ReadonlyMap<string, Profile>
