/** How one reconcile step or pass ended. Each case carries exactly what the queue needs to decide what comes next. */
export type Outcome =
  | { readonly kind: 'done'; readonly message?: string }
  | {
      readonly kind: 'waiting'
      readonly reason: string
      readonly message: string
      /** Look again after this many ms even if no watch event comes. */
      readonly recheckAfterMs: number
    }
  /** Will not heal by itself: a person has to act; the message says how. */
  | { readonly kind: 'stalled'; readonly reason: string; readonly message: string }

/** How a pass ended: by its outcome, or because a call went wrong. */
export const PASS_ENDS = ['done', 'waiting', 'stalled', 'failed'] as const
export type PassEnd = (typeof PASS_ENDS)[number]
