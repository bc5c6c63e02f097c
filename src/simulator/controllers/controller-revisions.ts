/** The templates a StatefulSet had, kept as ControllerRevisions: a pod of the old revision can be made again. */
import type { StatefulSetSpec } from 'kubernetes-types/apps/v1.js'
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js'
import { apiVersionOf, type KubeObject } from '../../model/kubernetes.ts'
import type { StoredObject } from '../state.ts'
import { CONTROLLER_REVISION, keyOfObject, ownedBy } from './objects.ts'
import { hashOf } from './revision.ts'
import type { World } from './world.ts'

/** On each pod: the name of the revision it was made from. */
export const REVISION_LABEL = 'controller-revision-hash'
export const revisionOf = (pod: StoredObject): string | undefined => pod.metadata.labels?.[REVISION_LABEL]

export interface Revision {
  readonly name: string
  readonly template: PodTemplateSpec
}

export interface Revisions {
  /** What pods are updated to. */
  readonly update: Revision
  /** What pods are updated from; the same when no update is under way. */
  readonly current: Revision
}

interface RevisionObject extends StoredObject {
  readonly revision: number
  readonly data: { readonly spec: { readonly template: PodTemplateSpec } }
}

/** Records the template as the newest revision, forgets those beyond the history limit, and names the two that count. */
export function revisionsOf(world: World, set: StoredObject, currentName: string | undefined): Revisions {
  const { template, revisionHistoryLimit = 10 } = set.spec as unknown as StatefulSetSpec
  const name = `${set.metadata.name}-${hashOf(template)}`
  record(world, set, { name, template })
  const history = historyOf(world, set)
  const current = history.find((revision) => revision.metadata.name === currentName)
  const spare = history.filter((revision) => revision !== current && revision.metadata.name !== name)
  for (const revision of spare.slice(0, Math.max(0, spare.length - revisionHistoryLimit)))
    world.state.delete(CONTROLLER_REVISION, keyOfObject(revision))
  const update = { name, template }
  return {
    update,
    current: current ? { name: current.metadata.name, template: current.data.spec.template } : update,
  }
}

/** Oldest first. */
function historyOf({ index }: World, set: StoredObject): readonly RevisionObject[] {
  return (index.owned(set, CONTROLLER_REVISION) as readonly RevisionObject[]).toSorted(
    (a, b) => a.revision - b.revision,
  )
}

function record(world: World, set: StoredObject, { name, template }: Revision): void {
  const history = historyOf(world, set)
  const newest = history.at(-1)
  if (newest?.metadata.name === name) return
  const known = history.find((revision) => revision.metadata.name === name)
  const revision = (newest?.revision ?? 0) + 1
  if (known !== undefined) {
    const renewed: StoredObject = { ...known, revision }
    world.state.update(CONTROLLER_REVISION, renewed)
    return
  }
  const object: KubeObject & Pick<RevisionObject, 'revision' | 'data'> = {
    apiVersion: apiVersionOf(CONTROLLER_REVISION),
    kind: CONTROLLER_REVISION.kind,
    metadata: {
      ...keyOfObject(set),
      name,
      ...(template.metadata?.labels !== undefined && { labels: template.metadata.labels }),
      ownerReferences: ownedBy(set),
    },
    revision,
    data: { spec: { template } },
  }
  world.state.create(CONTROLLER_REVISION, object)
}
