/** Decides what has to change so that the cluster holds what is wanted: a value to print, to test and to carry out. */
import type { KubeObject } from '../model/kubernetes.ts'
import { MANAGED_BY, MANAGED_BY_LABEL, PARTICIPANT_LABEL } from '../model/names.ts'
import { differencesOf, type Difference } from './differences.ts'
import { refusedOf } from './immutable.ts'
import { abandonedFields, isAppliedByUs, withCulprits } from './ownership.ts'
import { withRoom } from './quota.ts'
import { type SecretStep, secretStep } from './secrets.ts'

export type PlanStep =
  /** Not there yet. */
  | { readonly do: 'create'; readonly object: KubeObject }
  /** Differs: apply `object`; `live` is what it was compared with and carries the uid to guard the write with. */
  | {
      readonly do: 'apply'
      readonly object: KubeObject
      readonly live: KubeObject
      readonly differences: readonly Difference[]
    }
  /** Differs in fields that never change: delete `live` by uid and resourceVersion, then create `object`. */
  | {
      readonly do: 'recreate'
      readonly object: KubeObject
      readonly live: KubeObject
      readonly differences: readonly Difference[]
      /** `Orphan`: its pods go on running and are taken over by the new one. */
      readonly propagation: 'Orphan' | 'Background'
    }
  /** Differs in fields that never change, and to make it anew would lose its data: a person has to move them. */
  | {
      readonly do: 'keep'
      readonly object: KubeObject
      readonly live: KubeObject
      readonly differences: readonly Difference[]
    }
  /** Nothing to write. `terminating`: it is on its way out and is created again by a pass after it has gone. */
  | {
      readonly do: 'leave'
      readonly object: KubeObject
      readonly live: KubeObject
      readonly because: 'same' | 'terminating'
    }
  /** `object` is the live one, with the uid and resourceVersion to guard the deletion with. */
  | { readonly do: 'prune'; readonly object: KubeObject }
  | SecretStep

/**
 * Kinds that can be made again from the spec. Not among them: Secrets and volume claims, whose content would be lost, and
 * what Kubernetes itself makes with our labels on it, such as the Endpoints of a Service.
 */
const PRUNABLE: ReadonlySet<string> = new Set([
  'ServiceAccount',
  'ConfigMap',
  'Service',
  'StatefulSet',
  'Deployment',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'HTTPRoute',
  'Ingress',
])

/**
 * One step per wanted object, in the order given, then the removal of what is not wanted any more.
 *
 * A field is compared only if it is wanted, or if our field manager set it earlier and it is not wanted any more;
 * defaults of the server and fields of others never cause a write. Of a Secret no value is ever compared.
 *
 * Pruned are objects of the kinds in {@link PRUNABLE} that carry our managed-by label and the participant label of the
 * wanted objects, that our field manager applied, and that belong to no other object. With nothing wanted nothing is pruned: taking a participant away is
 * done by deleting its namespace, not by planning. `participant` says whose objects are pruned even so.
 */
export function plan(
  wanted: readonly KubeObject[],
  live: readonly KubeObject[],
  participant?: string,
): readonly PlanStep[] {
  const liveByKey = new Map(live.map((object) => [identity(object), object]))
  const wantedKeys = new Set(wanted.map(identity))
  const participants = new Set([
    ...wanted.map(participantOf),
    ...(participant === undefined ? [] : [participant]),
  ])
  return [
    ...wanted.map((object) => stepFor(object, liveByKey.get(identity(object)))),
    ...live
      .filter((object) => !wantedKeys.has(identity(object)) && participants.has(participantOf(object)))
      .filter(isOursToPrune)
      .map((object): PlanStep => ({ do: 'prune', object })),
  ]
}

/** True when carrying the plan out would write something. */
export function hasChanges(steps: readonly PlanStep[]): boolean {
  return steps.some((step) => step.do !== 'leave' && step.do !== 'keep')
}

function stepFor(wanted: KubeObject, live: KubeObject | undefined): PlanStep {
  if (live === undefined) return { do: 'create', object: wanted }
  const object = withRoom(wanted, live)
  if (live.metadata.deletionTimestamp !== undefined)
    return { do: 'leave', object, live, because: 'terminating' }
  if (object.kind === 'Secret') return secretStep(object, live)
  const found = [...differencesOf(object, live), ...abandonedFields(object, live)]
  if (found.length === 0) return { do: 'leave', object, live, because: 'same' }
  const differences = withCulprits(found, live)
  const refused = refusedOf(live, differences)
  if (refused === undefined) return { do: 'apply', object, live, differences }
  return refused.remedy.do === 'keep'
    ? { do: 'keep', object, live, differences: refused.differences }
    : { do: 'recreate', object, live, differences, propagation: refused.remedy.propagation }
}

function isOursToPrune(object: KubeObject): boolean {
  const { kind, metadata } = object
  return (
    PRUNABLE.has(kind) &&
    metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY &&
    metadata.labels[PARTICIPANT_LABEL] !== undefined &&
    (metadata.ownerReferences ?? []).length === 0 &&
    metadata.deletionTimestamp === undefined &&
    isAppliedByUs(object)
  )
}

function participantOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[PARTICIPANT_LABEL]
}

/** Group, kind, namespace and name; the version is only a way of looking at the same object. */
export function identity({ apiVersion, kind, metadata }: KubeObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  return [group, kind, metadata.namespace ?? '', metadata.name].join('/')
}
