/** Marks each pod template with a digest of the settings that its pods read only at their start. */
import type { ConfigMap, PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { SETTINGS_ANNOTATION } from '../model/names.ts'
import { digestOf } from './digest.ts'

type Workload = KubeObject & { readonly spec?: { readonly template: PodTemplateSpec } }

/**
 * Without the mark another setting would wait for the next restart of the pods, whenever that is. A template that reads
 * no ConfigMap has none. Secrets do not count: they are written once.
 */
export function withSettingsMarks(objects: readonly KubeObject[]): readonly KubeObject[] {
  const settings = new Map(objects.filter(isConfigMap).map(({ metadata, data }) => [metadata.name, data]))
  return objects.map((object) => (isWorkload(object) ? marked(object, settings) : object))
}

function marked(workload: Workload, settings: ReadonlyMap<string, ConfigMap['data']>): Workload {
  const { spec } = workload
  const read = settingsReadBy(spec?.template.spec).map((name) => [name, settings.get(name)])
  if (spec === undefined || read.length === 0) return workload
  const { metadata } = spec.template
  const annotations = { ...metadata?.annotations, [SETTINGS_ANNOTATION]: digestOf(read) }
  const template = { ...spec.template, metadata: { ...metadata, annotations } }
  return { ...workload, spec: { ...spec, template } }
}

/** Names of the ConfigMaps that become variables or files, in order and each once. */
function settingsReadBy(
  { containers, initContainers = [], volumes = [] }: PodSpec = { containers: [] },
): string[] {
  const variables = [...initContainers, ...containers].flatMap(({ env = [], envFrom = [] }) => [
    ...envFrom.map(({ configMapRef }) => configMapRef?.name),
    ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
  ])
  const files = volumes.map(({ configMap }) => configMap?.name)
  return [...new Set([...variables, ...files])].filter((name) => name !== undefined).toSorted()
}

function isConfigMap(object: KubeObject): object is KubeObject & ConfigMap {
  return object.kind === 'ConfigMap'
}

function isWorkload(object: KubeObject): object is Workload {
  return object.kind === 'Deployment' || object.kind === 'StatefulSet'
}
