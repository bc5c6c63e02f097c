/** What all EDC clients of the process share, and what is told of their calls. */
import type { EdcErrorKind, TargetKind } from './errors.ts'
import type { Guard } from './guard.ts'
import type { EdcTuning } from './tuning.ts'

export interface EdcShared {
  readonly guard: Pick<Guard, 'through'>
  readonly tuning: EdcTuning
  /** Told how each call ended. */
  readonly onCall?: (call: EdcCallReport) => void
}

/** `given-up`: by its caller. */
export type EdcCallEnd = 'ok' | 'given-up' | EdcErrorKind

export interface EdcCallReport {
  readonly targetKind: TargetKind
  /** What for, in a few words; without names. */
  readonly operation: string
  readonly outcome: EdcCallEnd
  /** With the wait for its turn. */
  readonly ms: number
}
