/** Takes away a vault whose keys were lost before anybody could use it; its objects are made again by the steps before. */
import { claimName } from '../../manifests/objects.ts'
import { type KubeObject, type Resource, RESOURCES } from '../../model/kubernetes.ts'
import type { Outcome } from '../../model/outcome.ts'
import { waiting } from '../outcomes.ts'
import { ownsObject } from '../ownership.ts'
import type { Work } from '../work.ts'
import { type KeysSecret, noteAfresh } from './keys-record.ts'

/** uid of the claim that the vault's data lies on; undefined while there is none. */
export async function volumeOf(work: Work): Promise<string | undefined> {
  return (await find(work, RESOURCES.PersistentVolumeClaim, claimName('vault')))?.metadata.uid
}

/**
 * To be called only for a volume on which initialising was begun and never ended with keys that are kept: runtimes are
 * given tokens only after that.
 */
export async function startAfresh(work: Work, keys: KeysSecret, volume: string): Promise<Outcome> {
  await noteAfresh(work, keys, volume)
  await takeAway(work, await find(work, RESOURCES.StatefulSet, 'vault'), RESOURCES.StatefulSet)
  const claim = await find(work, RESOURCES.PersistentVolumeClaim, claimName('vault'))
  if (claim?.metadata.uid === volume) await takeAway(work, claim, RESOURCES.PersistentVolumeClaim)
  const message =
    'the answer with the keys of the new vault was lost before it was stored; nobody has used that vault, and it is made anew'
  work.log.warn({ participant: work.name }, message)
  work.tell({ type: 'Warning', reason: 'VaultStartedAfresh', action: 'Repair', note: message })
  return waiting({ reason: 'VaultStartedAfresh', message }, work.tuning.recheckMs)
}

async function find(work: Work, resource: Resource, name: string): Promise<KubeObject | undefined> {
  const { kube, name: namespace, signal } = work
  const { items } = await kube.list<KubeObject>(resource, { namespace, signal })
  return items.find((object) => object.metadata.name === name && ownsObject(work, object))
}

async function takeAway(work: Work, object: KubeObject | undefined, resource: Resource): Promise<void> {
  const { uid, resourceVersion, deletionTimestamp } = object?.metadata ?? {}
  if (object === undefined || deletionTimestamp !== undefined) return
  if (uid === undefined || resourceVersion === undefined)
    throw new Error(`bug: ${object.kind} "${object.metadata.name}" would be deleted without preconditions`)
  const { kube, signal } = work
  const options = { uid, resourceVersion, propagationPolicy: 'Background', signal } as const
  await kube.delete(resource, object.metadata, options)
}
