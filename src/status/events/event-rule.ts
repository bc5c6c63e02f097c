/** The form of a rule about events. */
import type { ObservedEvent } from '../../model/observed.ts'
import type { CurrentSubject } from './subjects.ts'

export interface EventRule {
  /** A sentence; its test bears the same name. */
  readonly name: string
  /** True: not told. */
  readonly drops: (told: Told) => boolean
}

export interface Told {
  readonly event: ObservedEvent
  readonly subject: CurrentSubject
  readonly nowMs: number
}
