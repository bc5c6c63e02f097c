/** What a pod takes from Secrets and ConfigMaps, and which of it is missing, in the kubelet's words. */
import type { Container, EnvVar, Volume } from 'kubernetes-types/core/v1.js'
import { type Resource, RESOURCES } from '../../model/kubernetes.ts'
import type { State, StoredObject } from '../state.ts'
import { keyOfObject, podSpecOf } from './objects.ts'

interface Need {
  readonly resource: Resource
  readonly name: string | undefined
  readonly key?: string
  readonly optional: boolean | undefined
}

/** The first reference of this container's environment that leads nowhere. */
export function missingInEnvironment(
  state: State,
  pod: StoredObject,
  container: Container,
): string | undefined {
  const needs = [
    ...(container.envFrom ?? []).flatMap(({ secretRef, configMapRef }) => [
      ...need(RESOURCES.Secret, secretRef?.name, secretRef),
      ...need(RESOURCES.ConfigMap, configMapRef?.name, configMapRef),
    ]),
    ...(container.env ?? []).flatMap(needsOfVariable),
  ]
  return firstMissing(state, pod, needs)
}

/** The first volume that cannot be mounted. */
export function missingVolume(state: State, pod: StoredObject): string | undefined {
  for (const volume of podSpecOf(pod).volumes ?? []) {
    const missing = firstMissing(state, pod, needsOfVolume(volume))
    if (missing !== undefined) return `MountVolume.SetUp failed for volume "${volume.name}" : ${missing}`
  }
  return undefined
}

function needsOfVariable({ valueFrom }: EnvVar): readonly Need[] {
  const { secretKeyRef, configMapKeyRef } = valueFrom ?? {}
  return [
    ...need(RESOURCES.Secret, secretKeyRef?.name, secretKeyRef),
    ...need(RESOURCES.ConfigMap, configMapKeyRef?.name, configMapKeyRef),
  ]
}

function needsOfVolume({ secret, configMap, projected }: Volume): readonly Need[] {
  return [
    ...need(RESOURCES.Secret, secret?.secretName, secret),
    ...need(RESOURCES.ConfigMap, configMap?.name, configMap),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...need(RESOURCES.Secret, source.secret?.name, source.secret),
      ...need(RESOURCES.ConfigMap, source.configMap?.name, source.configMap),
    ]),
  ]
}

function need(
  resource: Resource,
  name: string | undefined,
  from: { readonly optional?: boolean; readonly key?: string } | undefined,
): readonly Need[] {
  if (from === undefined) return []
  return [{ resource, name, optional: from.optional, ...(from.key !== undefined && { key: from.key }) }]
}

function firstMissing(state: State, pod: StoredObject, needs: readonly Need[]): string | undefined {
  for (const { resource, name = '', key, optional } of needs) {
    if (optional === true) continue
    const at = { ...keyOfObject(pod), name }
    const found = state.get(resource, at)
    if (found === undefined) return `${resource.kind.toLowerCase()} "${name}" not found`
    if (key !== undefined && !holds(found, key))
      return `couldn't find key ${key} in ${resource.kind} ${at.namespace}/${name}`
  }
  return undefined
}

function holds(object: StoredObject, key: string): boolean {
  return ['data', 'stringData', 'binaryData'].some((field) => {
    const content = object[field]
    return typeof content === 'object' && content !== null && key in content
  })
}
