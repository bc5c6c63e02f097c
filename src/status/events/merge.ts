/** Makes one event of many that tell the same about the pods of a component. */
import type { ObservedEvent } from '../../model/observed.ts'
import type { AnswerEvent } from './answer-event.ts'
import { tellingOf } from './fingerprint.ts'
import { newestFirst } from './order.ts'

/** How many objects one event names. */
const NAMED_MAX = 3

/** The same answer whatever the order of the events. `undatedAt` is the time of those that have none, RFC 3339. */
export function mergeEvents(events: readonly ObservedEvent[], undatedAt: string): readonly AnswerEvent[] {
  const groups = Map.groupBy(events.toSorted(newestFirst), (event) => tellingOf(event).key)
  return [...groups.values()].flatMap((group) => mergeGroup(group, undatedAt) ?? [])
}

/** The newest speaks for all. */
function mergeGroup(group: readonly ObservedEvent[], undatedAt: string): AnswerEvent | undefined {
  const [newest] = group
  if (newest === undefined) return undefined
  const { type, message, reason, about, lastSeen } = newest
  const names = [...new Set(group.map((event) => event.about.name))].toSorted()
  return {
    timestamp: lastSeen === '' ? undatedAt : lastSeen,
    type: type === 'Normal' ? 'Info' : 'Warning',
    message: names.length === 1 ? message : `${message} (${listOf(names)})`,
    reason,
    object: `${about.kind}/${about.name}`,
    count: group.reduce((sum, { count }) => sum + count, 0),
  }
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).join(', ')
  const rest = names.length - NAMED_MAX
  return rest > 0 ? `${shown} and ${rest} more` : shown
}
