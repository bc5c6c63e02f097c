/** Decides which changes in the cluster a participant has to be looked at for. Pure. */
import type { Change } from '../kube/change-feed.ts'
import { ASKS } from '../model/names.ts'
import type { ObservedNamespace, ObservedWorkload } from '../model/observed.ts'
import type { Participant } from '../model/participant.ts'
import { isRolledOut } from '../status/rolled-out.ts'
import { componentsFailure } from './components-failed.ts'
import { hasFailed, isAboutTurn } from './turn.ts'
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
 * A workload that somebody deleted is made again, one whose spec somebody changed is put right. What its controller says
 * in the status wakes nobody, but for the end of a rollout of ours: then it is the next component's turn. The namespace
 * bears the participant's name.
 */
export function wokenByWorkload(change: Change<ObservedWorkload>): string | undefined {
  if (change.type === 'added') return undefined
  if (change.type === 'deleted') return change.previous.namespace
  const { previous, object } = change
  if (isReplaced(object) && !isReplaced(previous)) return object.namespace
  return object.generation === previous.generation + ownWrites(previous, object)
    ? undefined
    : object.namespace
}

/**
 * A vault whose pod has just got ready is sealed, and nobody else notices before its users fail. To be asked only where
 * vaults are opened.
 */
export function vaultStarted(change: Change<ObservedWorkload>): string | undefined {
  if (change.type !== 'updated') return undefined
  const { previous, object } = change
  return object.name === 'vault' && object.ready > previous.ready ? object.namespace : undefined
}

/** The mark comes and goes with writes of a pass, which knows of them; another annotation is another generation. */
function ownWrites(previous: ObservedWorkload, object: ObservedWorkload): number {
  return previous.replacing !== object.replacing && object.generation > previous.generation ? 1 : 0
}

function isReplaced(workload: ObservedWorkload): boolean {
  return workload.replacing === true && isRolledOut(workload)
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
    failuresInTurn(status),
  ])
}

/** While a component has its turn: which cannot become ready, and why. What they say otherwise would cost passes. */
function failuresInTurn(status: Participant['status']): readonly string[] {
  const turn = status?.steps?.some(({ state, reason }) => state !== 'Done' && isAboutTurn(reason))
  const components = turn === true ? (status?.components ?? []) : []
  return components.filter(hasFailed).map(({ name, cause }) => `${name} ${cause}`)
}
