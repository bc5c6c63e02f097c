/** Chooses the events that say something about how a participant is now (status reference §5). */
import type { ObservedEvent } from '../../model/observed.ts'
import { newestFirst } from './order.ts'
import { EVENT_RULES } from './rules.ts'
import { type CurrentObjects, Subjects } from './subjects.ts'

export interface RelevantInput extends CurrentObjects {
  /** Of the namespace, in any order. */
  readonly events: readonly ObservedEvent[]
}

/** Newest first, whatever the order before. One that explains a condition is kept for as long as that holds, at any age. */
export function relevantEvents(input: RelevantInput): readonly ObservedEvent[] {
  if (input.events.length === 0) return []
  const { nowMs } = input
  const subjects = new Subjects(input)
  return input.events
    .filter((event) => {
      const subject = subjects.of(event)
      return subject !== undefined && !EVENT_RULES.some(({ drops }) => drops({ event, subject, nowMs }))
    })
    .toSorted(newestFirst)
}
