/** What every pod of a participant has in common; all of it passes Pod Security `restricted`. */
import type {
  Container,
  EmptyDirVolumeSource,
  PodSecurityContext,
  PodTemplateSpec,
  SecurityContext,
  Volume,
  VolumeMount,
} from 'kubernetes-types/core/v1.d.ts'
import type { ComponentName } from '../model/participant.ts'
import { settingsOf } from './component.ts'
import type { ManifestInput } from './input.ts'
import { componentLabels } from './metadata.ts'

export interface PodOptions {
  readonly component: ComponentName
  /** As the image expects it: `runAsNonRoot` cannot check an image whose user is a name, so the numbers stand here. */
  readonly user: { readonly uid: number; readonly gid: number }
  readonly graceSeconds: number
  readonly container: Omit<Container, 'name' | 'image' | 'imagePullPolicy' | 'resources' | 'securityContext'>
  /** Runs to its end before that, from the same image and as confined. */
  readonly setup?: Pick<Container, 'name' | 'command' | 'env'> & { readonly mounts: readonly VolumeMount[] }
  readonly volumes?: readonly Volume[]
  readonly mounts?: readonly VolumeMount[]
}

/**
 * One container, named like its component, on a read-only root file system with a writable `/tmp`; before it perhaps one
 * that prepares.
 */
export function podTemplate(input: ManifestInput, options: PodOptions): PodTemplateSpec {
  const { component, user, graceSeconds, container, setup, volumes = [], mounts = [] } = options
  return {
    metadata: { labels: componentLabels(input.name, component) },
    spec: {
      serviceAccountName: component,
      automountServiceAccountToken: false,
      // Otherwise every Service becomes variables such as VAULT_PORT, which the programs would take for their settings.
      enableServiceLinks: false,
      terminationGracePeriodSeconds: graceSeconds,
      securityContext: podSecurity(user),
      ...(setup && { initContainers: [confined(input, options, setup)] }),
      containers: [confined(input, options, { name: component, ...container, mounts })],
      volumes: [scratch('tmp'), ...volumes],
    },
  }
}

function confined(
  input: ManifestInput,
  { component }: PodOptions,
  { name, mounts, ...container }: Container & { readonly mounts: readonly VolumeMount[] },
): Container {
  const { image, resources } = settingsOf(input, component)
  return {
    name,
    image,
    imagePullPolicy: input.profile.imagePullPolicy,
    ...container,
    resources,
    securityContext: containerSecurity(),
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...mounts],
  }
}

/** A small writable place that dies with the pod. */
export function scratch(name: string): Volume {
  const emptyDir: EmptyDirVolumeSource = { sizeLimit: '64Mi' }
  return { name, emptyDir }
}

function podSecurity({ uid, gid }: PodOptions['user']): PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: gid,
    fsGroup: gid,
    // Without it the kubelet walks through the whole volume at each start.
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  }
}

/** Also what is the default anyway: a field that is ours cannot be changed by others for longer than until the next look. */
function containerSecurity(): SecurityContext {
  return {
    privileged: false,
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }
}
