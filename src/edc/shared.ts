/** What all EDC clients of the process share. */
import type { EdcCallReport } from '../model/edc-call.ts'
import type { Guard } from './guard.ts'
import type { EdcTuning } from './tuning.ts'

export interface EdcShared {
  readonly guard: Pick<Guard, 'through'>
  readonly tuning: EdcTuning
  /** Told how each call ended. */
  readonly onCall?: (call: EdcCallReport) => void
}
