/** What a step is handed, and what a step is. */
import type { Kube } from '../kube/kube.ts'
import type { Manifests } from '../manifests/manifests.ts'
import type { Happening } from '../model/happening.ts'
import type { Log } from '../model/log.ts'
import type { ObjectWrite } from '../model/object-write.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Participant } from '../model/participant.ts'
import type { Profiles } from '../model/profile.ts'
import type { Tuning } from './tuning.ts'

/** Reads the Participants that a watch cache holds. */
export interface ParticipantReader {
  get(name: string): Participant | undefined
  /** The Participant that claimed this DID first: by creationTimestamp, then by name. */
  holderOf(did: string): Participant | undefined
}

/** The same for every participant. */
export interface StepTools {
  readonly kube: Kube
  readonly participants: ParticipantReader
  readonly profiles: Profiles
  /** Names that the configuration keeps from participants. */
  readonly reserved: readonly string[]
  /** A fresh random value of at least 256 bits. */
  readonly newSecret: () => string
  readonly log: Log
  /** Wall clock, ms since 1970. */
  readonly now: () => number
  /** Told of every object that was written for a participant. */
  readonly onWrite?: (write: ObjectWrite) => void
  readonly tuning: Tuning
}

/** One participant in one pass. */
export interface Work extends StepTools {
  /**
   * Writes also when the participant is not what it was when the pass began: for answers that nobody gives twice. Writes
   * of {@link StepTools.kube} are refused then.
   */
  readonly records: Kube
  /** As the cache held it when the pass began. */
  readonly participant: Participant
  readonly name: string
  readonly uid: string
  /** What it consists of, Secrets left out. Throws `SpecError` when that cannot be said. */
  readonly wanted: () => Manifests
  /**
   * Tells people by a Kubernetes Event about this participant: what a step did that nobody asked for, or left undone.
   * How steps and operations end is told from the status, once; a step says nothing about that here.
   */
  readonly tell: (happening: Happening) => void
  /** True once this pass has written an object of the participant. */
  readonly hasWritten: () => boolean
  /** Aborted when the reconciler closes: a step then stops between two calls. */
  readonly signal: AbortSignal
}

/**
 * Checks what is, does what is missing, says how that ended; may be run again at any time.
 *
 * What it throws becomes an outcome in `from-error.ts`; one that waits for too long is stalled by `deadline.ts`. Its doc
 * comment says which conditions it sets, and for which reasons it waits and stalls.
 */
export interface ReconcileStep {
  /** As recorded in `status.steps`. */
  readonly name: string
  readonly run: (work: Work) => Promise<Outcome>
}
