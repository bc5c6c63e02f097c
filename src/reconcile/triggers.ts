/** Decides which changes in the cluster a participant has to be looked at for. Pure. */
import type { Change } from '../kube/change-feed.ts'
import { ASKS } from '../model/names.ts'
import type { ObservedNamespace, ObservedWorkload } from '../model/observed.ts'
import type { Participant } from '../model/participant.ts'
import { componentsFailure } from './components-failed.ts'
import type { ParticipantReader } from './work.ts'

/**
 * Names to enqueue when a Participant changed: itself, unless only a status of ours changed (a pass must not wake
 * itself); and when it is gone, the one that waited for its DID.
 */
export function wokenByParticipant(
  change: Change<Participant>,
  { holderOf }: Pick<ParticipantReader, 'holderOf'>,
): readonly string[] {
  if (change.type === 'added') return [change.key]
  if (change.type === 'updated') return asksForWork(change.previous, change.object) ? [change.key] : []
  const heir = holderOf(change.previous.spec.did)?.metadata.name
  return heir === undefined || heir === change.key ? [change.key] : [change.key, heir]
}

/** A namespace that is new concerns nobody: its maker knows, and a foreign one is looked at again by time. */
export function wokenByNamespace(change: Change<ObservedNamespace>): string | undefined {
  return change.type === 'added' ? undefined : change.previous.participant
}

/**
 * A workload that somebody deleted is made again, one whose spec somebody changed is put right; what its controller says
 * in the status wakes nobody. The namespace bears the participant's name.
 */
export function wokenByWorkload(change: Change<ObservedWorkload>): string | undefined {
  if (change.type === 'added') return undefined
  if (change.type === 'deleted') return change.previous.namespace
  return change.previous.generation === change.object.generation ? undefined : change.object.namespace
}

function asksForWork(before: Participant, after: Participant): boolean {
  return fingerprint(before) !== fingerprint(after)
}

function fingerprint(participant: Participant): string {
  const { metadata, status } = participant
  const ready = status?.conditions?.find(({ type }) => type === 'ComponentsReady')
  return JSON.stringify([
    metadata.uid,
    metadata.generation,
    metadata.deletionTimestamp,
    metadata.finalizers,
    Object.values(ASKS).map((ask) => metadata.annotations?.[ask]),
    ready?.status,
    // Ends an operation that waits for them.
    componentsFailure(participant) !== undefined,
  ])
}
