/** Takes over what a controller's selector finds and nobody controls, as after a deletion that orphaned it. */
import type { LabelSelector } from 'kubernetes-types/meta/v1.js'
import type { Resource } from '../../model/kubernetes.ts'
import type { StoredObject } from '../state.ts'
import { isDeleting, ownedBy } from './objects.ts'
import type { World } from './world.ts'

/**
 * Objects of this kind in the owner's namespace without an owner become its own. `accepts` may refuse some. Nothing is
 * taken for an owner that is itself on its way out.
 */
export function adopt(
  { state, index }: World,
  owner: StoredObject,
  { resource, accepts = () => true }: Adoption,
): void {
  const { namespace } = owner.metadata
  if (namespace === undefined || isDeleting(owner)) return
  for (const orphan of index.orphans(namespace, resource)) {
    if (isDeleting(orphan) || !isSelected(orphan, selectorOf(owner)) || !accepts(orphan)) continue
    state.update(resource, {
      ...orphan,
      metadata: { ...orphan.metadata, ownerReferences: ownedBy(owner) },
    })
  }
}

interface Adoption {
  readonly resource: Resource
  readonly accepts?: (orphan: StoredObject) => boolean
}

function selectorOf({ spec }: StoredObject): LabelSelector {
  return (spec?.['selector'] ?? {}) as LabelSelector
}

/** Selects by equal labels only; a selector with expressions, or none at all, selects nothing. */
function isSelected(
  { metadata }: StoredObject,
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
): boolean {
  const wanted = Object.entries(matchLabels)
  if (wanted.length === 0 || matchExpressions.length > 0) return false
  return wanted.every(([name, value]) => metadata.labels?.[name] === value)
}
