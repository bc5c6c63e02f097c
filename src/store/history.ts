/** The last changes of state of a participant: what is kept of them, and when something is one. */
import type { StatusChange, StatusRecord } from './store.ts'

/** Changes kept of each participant. */
export const HISTORY_LENGTH = 32

export function changeOf({ lastUpdated, status, reason, message }: StatusRecord): StatusChange {
  return { at: lastUpdated, status, reason, message }
}

/** With the change at its end; the same array when state and reason are those it ends with. Times never go back. */
export function withChange(history: readonly StatusChange[], change: StatusChange): readonly StatusChange[] {
  const last = history.at(-1)
  if (last?.status === change.status && last.reason === change.reason) return history
  const at = last !== undefined && change.at < last.at ? last.at : change.at
  return [...history, { ...change, at }].slice(-HISTORY_LENGTH)
}

/** One history of an earlier part and a later one that may begin with what the earlier part ends with. */
export function joined(
  earlier: readonly StatusChange[],
  later: readonly StatusChange[],
): readonly StatusChange[] {
  return later.reduce(withChange, earlier)
}
