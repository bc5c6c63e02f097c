/** What a fresh API server is given before anybody uses the cluster, and how to tell that all of it works. */
import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import { participantCrd } from '../../src/crd/participant-crd.ts'
import { type KubeObject, pathOf, RESOURCES } from '../../src/model/kubernetes.ts'
import { FAULT_ANNOTATION } from '../../src/model/names.ts'
import type { Answer, Api } from './api.ts'
import { gatewayCrds } from './gateway-crds.ts'

/** Installs Participants and the Gateway API; {@link areCrdsServed} says when they can be used. */
export async function applyCrds(api: Api): Promise<void> {
  const definitions = [participantCrd(), ...(await gatewayCrds())]
  await Promise.all(definitions.map((definition) => api.apply(definition)))
}

export async function areCrdsServed(api: Api): Promise<boolean> {
  const { items } = (await api.get(pathOf(RESOURCES.CustomResourceDefinition))) as {
    items: readonly Answer[]
  }
  if (!items.every((definition) => hasCondition(definition, 'Established'))) return false
  await Promise.all(CUSTOM.map((resource) => api.get(pathOf(resource))))
  return true
}

const CUSTOM = [RESOURCES.Participant, RESOURCES.Gateway, RESOURCES.HTTPRoute]

/** What a file holds; all of it cluster-scoped. */
export async function applyObjects(api: Api, file: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject)
  await Promise.all(objects.map((object) => api.apply(object)))
}

/** True when all nodes take pods: ready, and the taint for those that are not is off. */
export async function areNodesReady(api: Api): Promise<boolean> {
  const { items } = (await api.get(pathOf(RESOURCES.Node))) as { items: readonly Answer[] }
  return items.length > 0 && items.every(isNodeReady)
}

function isNodeReady(node: Answer): boolean {
  const { taints = [] } = node['spec'] as { taints?: readonly unknown[] }
  return taints.length === 0 && hasCondition(node, 'Ready')
}

function hasCondition(object: Answer, type: string): boolean {
  const { conditions = [] } = (object['status'] ?? {}) as { conditions?: readonly Answer[] }
  return conditions.some((condition) => condition['type'] === type && condition['status'] === 'True')
}

/** True when pods can be created (the default service account exists) and both policies change them. */
export async function arePoliciesInForce(api: Api): Promise<boolean> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'probe', annotations: { [FAULT_ANNOTATION]: 'Unschedulable' } },
    spec: { containers: [{ name: 'probe', image: 'probe' }] },
  }
  const created = await api.create(`${pathOf(RESOURCES.Pod, { namespace: 'default' })}?dryRun=All`, pod)
  const spec = created['spec'] as Answer
  return spec['nodeSelector'] !== undefined && spec['terminationGracePeriodSeconds'] === 1
}
