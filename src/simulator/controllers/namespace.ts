/** Empties a namespace that is being deleted, says what still holds it, and lets it go. */
import type { NamespaceCondition, NamespaceStatus } from 'kubernetes-types/core/v1.js'
import { RESOURCES } from '../../model/kubernetes.ts'
import type { StateChange, StoredObject } from '../state.ts'
import { stamped } from './conditions.ts'
import type { Controller } from './loop.ts'
import type { ObjectRef } from './object-index.ts'
import { isDeleting } from './objects.ts'
import { Waits, type World } from './world.ts'

type Plain = Omit<NamespaceCondition, 'lastTransitionTime'>

/** In the order and words of the real namespace controller while nothing hinders it. */
const FINE: readonly Plain[] = [
  fine('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
  fine(
    'NamespaceDeletionGroupVersionParsingFailure',
    'ParsedGroupVersions',
    'All legacy kube types successfully parsed',
  ),
  fine(
    'NamespaceDeletionContentFailure',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ),
  fine('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'),
  fine(
    'NamespaceFinalizersRemaining',
    'ContentHasNoFinalizers',
    'All content-preserving finalizers finished',
  ),
]

export function namespaceController(world: World): Controller {
  const waits = new Waits(world.now)
  return {
    name: 'namespace',
    concerns: (change) => namespacesConcerned(world, change),
    sync: (name) => {
      const namespace = world.state.get(RESOURCES.Namespace, { name })
      if (namespace === undefined || !isDeleting(namespace)) {
        waits.forget(name)
        return undefined
      }
      const waitMs = waits.remainingMs(name, world.timing.namespaceMs)
      if (waitMs > 0) return waitMs
      if (empty(world, namespace)) finalise(world, namespace)
      return undefined
    },
  }
}

function namespacesConcerned({ state }: World, { type, resource, object }: StateChange): readonly string[] {
  const { name, namespace } = object.metadata
  if (resource.kind === RESOURCES.Namespace.kind) return [name]
  if (namespace === undefined || type === 'ADDED') return []
  const home = state.get(RESOURCES.Namespace, { name: namespace })
  return home !== undefined && isDeleting(home) ? [namespace] : []
}

/**
 * True when nothing is left. Pods go first, so that none loses its ServiceAccount or network policy while it still
 * runs (feature OrderedNamespaceDeletion, on by default since 1.33); meanwhile the conditions name nothing.
 */
function empty(world: World, namespace: StoredObject): boolean {
  const { name } = namespace.metadata
  const pods = world.index.inNamespace(name).filter(({ resource }) => resource.kind === RESOURCES.Pod.kind)
  deleteAll(world, pods)
  const podsRemain = pods.some(({ uid }) => world.index.isLive(uid))
  if (!podsRemain) deleteAll(world, world.index.inNamespace(name))
  const remaining = world.index.inNamespace(name)
  if (remaining.length > 0) report(world, namespace, podsRemain ? [] : hindrances(world, remaining))
  return remaining.length === 0
}

function finalise({ state }: World, namespace: StoredObject): void {
  const finalised: StoredObject = { ...namespace, spec: { ...namespace.spec, finalizers: [] } }
  state.update(RESOURCES.Namespace, finalised)
}

function deleteAll({ state }: World, refs: readonly ObjectRef[]): void {
  for (const { resource, key, uid } of refs) {
    const object = state.get(resource, key)
    if (object !== undefined && !isDeleting(object)) state.delete(resource, key, { uid })
  }
}

function report({ state, now }: World, namespace: StoredObject, hindering: readonly Plain[]): void {
  const before = namespace.status as NamespaceStatus | undefined
  const plain = FINE.map((condition) => hindering.find(({ type }) => type === condition.type) ?? condition)
  const conditions = stamped(plain, before?.conditions, now())
  state.updateStatus(RESOURCES.Namespace, { name: namespace.metadata.name }, { ...before, conditions })
}

function hindrances({ state }: World, remaining: readonly ObjectRef[]): readonly Plain[] {
  const kinds = counted(remaining.map(({ resource }) => `${resource.plural}.${resource.group}`))
  const finalizers = counted(
    remaining.flatMap(({ resource, key }) => state.get(resource, key)?.metadata.finalizers ?? []),
  )
  const left = kinds.map(([kind, count]) => `${kind} has ${count} resource instances`).join(', ')
  const held = finalizers.map(([name, count]) => `${name} in ${count} resource instances`).join(', ')
  const content: Plain = {
    type: 'NamespaceContentRemaining',
    status: 'True',
    reason: 'SomeResourcesRemain',
    message: `Some resources are remaining: ${left}`,
  }
  if (held === '') return [content]
  return [
    content,
    {
      type: 'NamespaceFinalizersRemaining',
      status: 'True',
      reason: 'SomeFinalizersRemain',
      message: `Some content in the namespace has finalizers remaining: ${held}`,
    },
  ]
}

function counted(names: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function fine(type: string, reason: string, message: string): Plain {
  return { type, status: 'False', reason, message }
}
