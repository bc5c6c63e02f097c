/** Decides which namespaces of a dump are participants, and what is expected of each. */
import { API_VERSION, KIND } from '../model/names.ts'
import type { ObservedNamespace, ObservedWorkload } from '../model/observed.ts'
import { type Participant, SPEC_DEFAULTS } from '../model/participant.ts'
import { everReadyByObjects } from '../status/ever-ready.ts'
import { expectedComponents } from '../status/expected.ts'
import type { Snapshot } from '../status/participant.ts'
import type { DumpedNamespace } from './dump.ts'

/** Named by a resource, labelled, or holding a workload. */
export function isParticipant({ participant, label, workloads }: DumpedNamespace): boolean {
  return participant !== undefined || label !== '' || workloads.length > 0
}

/** The workloads that are components: of a managed participant only those that are expected. */
export function componentsOf(dumped: DumpedNamespace): readonly ObservedWorkload[] {
  return expectedComponents(participantOf(dumped), dumped.workloads, undefined).flatMap(
    ({ workload }) => workload ?? [],
  )
}

/** Everything the status rules look at, as far as the dump tells. */
export function snapshotOf(dumped: DumpedNamespace, nowMs: number): Snapshot {
  const { workloads, claims, events, routes } = dumped
  const participant = participantOf(dumped)
  const pods = dumped.pods.map(({ observed }) => observed)
  const remembered = participant.status?.firstReadyTime !== undefined
  return {
    participant,
    namespace: namespaceOf(dumped, participant),
    workloads,
    pods,
    claims,
    events,
    routes,
    ...(dumped.participant === undefined && { byName: true }),
    everReady: remembered || everReadyByObjects(componentsOf(dumped), pods),
    nowMs,
  }
}

function participantOf(dumped: DumpedNamespace): Participant {
  return dumped.participant ?? withoutResource(dumped)
}

/** A labelled namespace has the components of a managed participant, any other those that are there. */
function withoutResource({ name, label, since }: DumpedNamespace): Participant {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name, ...(since !== '' && { creationTimestamp: since }) },
    spec: { ...SPEC_DEFAULTS, did: '', mode: label === '' ? 'Observed' : 'Managed' },
  }
}

/** A dump without the namespace itself, or with a resource without a uid, leaves the owner out, not denies it. */
function namespaceOf(
  { name, namespace }: DumpedNamespace,
  { metadata: { uid = '' } }: Participant,
): ObservedNamespace {
  if (namespace === undefined)
    return { name, uid: '', participant: name, ownerUid: uid, terminating: false, conditions: [] }
  return uid === '' ? { ...namespace, ownerUid: uid } : namespace
}
