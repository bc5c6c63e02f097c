/** The two kinds of workload: Deployments for what keeps nothing, a StatefulSet of one for what has a volume. */
import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { settingsOf } from './component.ts'
import type { ManifestInput } from './input.ts'
import { metadataOf, selectorLabels } from './metadata.ts'
import { podTemplate, type PodOptions } from './pod.ts'

/** Pods of a Deployment beyond its replicas during a roll-out. */
export const MAX_SURGE = 1

export function deployment(input: ManifestInput, pod: PodOptions): KubeObject & Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(input, pod.component),
    spec: {
      replicas: settingsOf(input, pod.component).replicas,
      // A pod goes only when its successor is ready, so a release that does not start leaves the old one serving.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: MAX_SURGE, maxUnavailable: 0 } },
      selector: { matchLabels: selectorLabels(input.name, pod.component) },
      template: podTemplate(input, pod),
    },
  }
}

export function statefulSet(input: ManifestInput, pod: PodOptions): KubeObject & StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadataOf(input, pod.component),
    spec: {
      // Whatever the profile says: a second pod would wait for ever for the volume of the first.
      replicas: 1,
      serviceName: pod.component,
      // With OrderedReady a pod that never gets ready is not replaced, not even by a revision that repairs it.
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: selectorLabels(input.name, pod.component) },
      template: podTemplate(input, pod),
    },
  }
}
