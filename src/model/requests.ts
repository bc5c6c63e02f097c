/** What callers ask of participants, and who makes it durable: the door hands it over, `kube` writes it. */
import type { Operation } from './participant.ts'

export interface CreateRequest {
  readonly participantName: string
  readonly did: string
  /** As the caller sent it; may be a bare IP address or carry a scheme. */
  readonly kubeHost?: string
  readonly profile?: string
}

/** What was accepted. */
export interface Accepted {
  readonly participantName: string
  /** Empty in a preview. */
  readonly uid: string
  /** Object name → Kind of everything the participant consists of. */
  readonly objects: Readonly<Record<string, string>>
}

/** What an act set going, or what had seen to it already. */
export interface Acted {
  readonly participantName: string
  readonly operation: Operation
}

/** Resolves when the intent is durable. */
export interface ParticipantWriter {
  /**
   * The same request again is harmless and answers the same.
   *
   * Throws `RefusedError` (nothing was written) or `UnavailableError` (it may have been; asking again is harmless).
   */
  create(request: CreateRequest): Promise<Accepted>
  /** Says what `create` would accept, without asking the cluster. Throws `RefusedError`. */
  preview(request: CreateRequest): Promise<Accepted>
  /** While it is being deleted the same again answers the same. Throws also `NotFoundError`. */
  delete(participantName: string): Promise<Accepted>
  /**
   * Has tried again at once what failed or waits for its next try. While an operation is under way and no step of it waits
   * for another try, that one is answered. Throws as the others do; refused for one that is suspended or only observed.
   */
  retry(participantName: string): Promise<Acted>
  /** Has everything left as it is. Throws as the others do; refused for one that is being deleted or only observed. */
  suspend(participantName: string): Promise<Acted>
  /** Ends that. Throws as `suspend` does. */
  resume(participantName: string): Promise<Acted>
}
