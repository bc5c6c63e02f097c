/** How many pods the ResourceQuotas of a namespace allow, and what the admission plugin ResourceQuota says beyond that. */
import { type Resource, RESOURCES } from '../model/kubernetes.ts'
import { asText, type JsonObject, objectAt } from './json.ts'
import type { State, StoredObject } from './state.ts'

export const RESOURCE_QUOTA: Resource = {
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
}

type Reading = Pick<State, 'list'>

/** Why another pod would be too many; undefined when there is room. */
export function quotaExceededBy(state: Reading, namespace: string): string | undefined {
  for (const quota of state.list(RESOURCE_QUOTA, namespace)) {
    const used = usedOf(state, quota)
    const full = Object.entries(hardOf(quota)).filter(
      ([name, limit]) => used[name] !== undefined && Number(used[name]) + 1 > Number(limit),
    )
    if (full.length === 0) continue
    const list = (text: (name: string, limit: unknown) => string): string =>
      full.map(([name, limit]) => text(name, limit)).join(',')
    const requested = list((name) => `${name}=1`)
    const counted = list((name) => `${name}=${used[name]}`)
    const limited = list((name, limit) => `${name}=${asText(limit)}`)
    return `exceeded quota: ${quota.metadata.name}, requested: ${requested}, used: ${counted}, limited: ${limited}`
  }
  return undefined
}

export const hardOf = (quota: StoredObject): JsonObject => objectAt(quota, 'spec', 'hard')

/** Of what this quota limits, the amounts that this cluster counts: pods, with and without those that have ended. */
export function usedOf(state: Reading, quota: StoredObject): Readonly<Record<string, string>> {
  const pods = state.list(RESOURCES.Pod, quota.metadata.namespace)
  const running = pods.filter(
    ({ status }) => status?.['phase'] !== 'Succeeded' && status?.['phase'] !== 'Failed',
  )
  const amounts = { pods: String(running.length), 'count/pods': String(pods.length) }
  return Object.fromEntries(Object.entries(amounts).filter(([name]) => name in hardOf(quota)))
}
