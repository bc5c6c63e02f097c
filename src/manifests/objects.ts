/** The plain objects that several components have: account, Service, settings, volume claim. */
import type { ConfigMap, PersistentVolumeClaim, Service, ServiceAccount } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import type { ComponentName } from '../model/participant.ts'
import { storageOf } from './component.ts'
import type { ManifestInput } from './input.ts'
import { metadataOf, selectorLabels } from './metadata.ts'

/** Named ports, as the container and the Service have them. */
export type Ports = Readonly<Record<string, number>>

/** An account of its own per component, without a token: nothing in a participant talks to the API server. */
export function serviceAccount(input: ManifestInput, component: ComponentName): KubeObject & ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadataOf(input, component),
    automountServiceAccountToken: false,
  }
}

/** Reachable inside the cluster only; what the world may see is a matter of routes. */
export function clusterService(
  input: ManifestInput,
  component: ComponentName,
  ports: Ports,
): KubeObject & Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(input, component),
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(input.name, component),
      ports: Object.entries(ports).map(([name, port]) => ({ name, port, targetPort: name, protocol: 'TCP' })),
    },
  }
}

export function containerPorts(
  ports: Ports,
): { readonly name: string; readonly containerPort: number; readonly protocol: 'TCP' }[] {
  return Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' }))
}

/** Never for secret values. */
export function configMap(
  input: ManifestInput,
  component: ComponentName,
  data: Record<string, string>,
): KubeObject & ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(input, component, settingsName(component)),
    data,
  }
}

export function settingsName(component: ComponentName): string {
  return `${component}-settings`
}

/** A claim beside the workload instead of a template in it: a StatefulSet's templates can never be changed. */
export function volumeClaim(
  input: ManifestInput,
  component: ComponentName,
): KubeObject & PersistentVolumeClaim {
  const { storageClassName } = input.profile
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadataOf(input, component, claimName(component)),
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: storageOf(input, component) } },
      ...(storageClassName === undefined ? {} : { storageClassName }),
    },
  }
}

export function claimName(component: ComponentName): string {
  return `${component}-data`
}
