/** Counts answers by route and status; nothing is looked up by text while a request is answered. */
import type { Labels } from './tally.ts'

interface Route {
  readonly method: string
  readonly route: string
  readonly counts: Map<number, number>
}

export class RouteTally {
  readonly #routes = new Map<string, Route>()

  /** What it gives is told the status of each answer. The same route may be asked for again. */
  counter(method: string, route: string): (status: number) => void {
    const key = `${method} ${route}`
    const known = this.#routes.get(key) ?? { method, route, counts: new Map<number, number>() }
    this.#routes.set(key, known)
    const { counts } = known
    return (status) => void counts.set(status, (counts.get(status) ?? 0) + 1)
  }

  /** Since the start; a status that a route never gave is not there. */
  get values(): readonly (readonly [Labels, number])[] {
    return [...this.#routes.values()].flatMap(({ method, route, counts }) =>
      [...counts].map(([status, count]) => [{ method, route, status: String(status) }, count] as const),
    )
  }
}
