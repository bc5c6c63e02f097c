/** What callers ask of participants, and who makes it durable: the door hands it over, `kube` writes it. */

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
}
