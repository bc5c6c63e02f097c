/** Marks each pod template with what its pods read only at their start, so that they start anew when that changes. */
import type { ConfigMap, PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { ROTATION_ANNOTATION, SETTINGS_ANNOTATION } from '../model/names.ts'
import { digestOf } from './digest.ts'

type Workload = KubeObject & { readonly spec?: { readonly template: PodTemplateSpec } }

interface Read {
  /** By the name of their ConfigMap. */
  readonly settings: ReadonlyMap<string, ConfigMap['data']>
  /** The request that the values of all Secrets were made for. */
  readonly rotation: string | undefined
}

/**
 * A digest of the ConfigMaps that the pods read; and, where they read a Secret, the request that its values were made for,
 * for values themselves leave no trace here. Without the marks a change would wait for the next restart, whenever that is.
 */
export function withRestartMarks(
  objects: readonly KubeObject[],
  rotation: string | undefined,
): readonly KubeObject[] {
  const settings = new Map(objects.filter(isConfigMap).map(({ metadata, data }) => [metadata.name, data]))
  return objects.map((object) => (isWorkload(object) ? marked(object, { settings, rotation }) : object))
}

function marked(workload: Workload, { settings, rotation }: Read): Workload {
  const { spec } = workload
  if (spec === undefined) return workload
  const { configMaps, secrets } = sourcesOf(spec.template.spec)
  const marks = {
    ...(configMaps.length > 0 && {
      [SETTINGS_ANNOTATION]: digestOf(configMaps.map((name) => [name, settings.get(name)])),
    }),
    ...(secrets.length > 0 && rotation !== undefined && { [ROTATION_ANNOTATION]: rotation }),
  }
  if (Object.keys(marks).length === 0) return workload
  const { metadata } = spec.template
  const annotations = { ...metadata?.annotations, ...marks }
  const template = { ...spec.template, metadata: { ...metadata, annotations } }
  return { ...workload, spec: { ...spec, template } }
}

interface Sources {
  readonly configMaps: readonly string[]
  readonly secrets: readonly string[]
}

/** Names of what becomes variables or files, in order and each once. */
function sourcesOf({ containers, initContainers = [], volumes = [] }: PodSpec = { containers: [] }): Sources {
  const all = [...initContainers, ...containers]
  const whole = all.flatMap(({ envFrom = [] }) => envFrom)
  const single = all.flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom))
  return {
    configMaps: sorted([
      ...whole.map(({ configMapRef }) => configMapRef?.name),
      ...single.map((from) => from?.configMapKeyRef?.name),
      ...volumes.map(({ configMap }) => configMap?.name),
    ]),
    secrets: sorted([
      ...whole.map(({ secretRef }) => secretRef?.name),
      ...single.map((from) => from?.secretKeyRef?.name),
      ...volumes.map(({ secret }) => secret?.secretName),
    ]),
  }
}

function sorted(names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names)].filter((name) => name !== undefined).toSorted()
}

function isConfigMap(object: KubeObject): object is KubeObject & ConfigMap {
  return object.kind === 'ConfigMap'
}

function isWorkload(object: KubeObject): object is Workload {
  return object.kind === 'Deployment' || object.kind === 'StatefulSet'
}
