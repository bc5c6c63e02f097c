/** What a list says about its place among all pages: `X-Page` and `Link` (RFC 8288). */

export interface PagePlace {
  /** Path of the request, without its query. */
  readonly path: string
  readonly page: number
  readonly limit: number
  /** Matches before paging. */
  readonly total: number
  /** Parameters that every page repeats. */
  readonly filters: readonly (readonly [name: string, value: string])[]
}

/** Relative references, so that they hold behind any proxy that keeps the path. */
export function linksOf({ path, page, limit, total, filters }: PagePlace): string {
  const last = Math.max(1, Math.ceil(total / limit))
  const targets: readonly (readonly [rel: string, page: number, shown: boolean])[] = [
    ['first', 1, true],
    ['prev', Math.min(page - 1, last), page > 1],
    ['next', page + 1, page < last],
    ['last', last, true],
  ]
  return targets
    .filter(([, , shown]) => shown)
    .map(([rel, target]) => {
      const query = new URLSearchParams([
        ...filters.map(([name, value]): [string, string] => [name, value]),
        ['page', String(target)],
        ['limit', String(limit)],
      ])
      return `<${path}?${query.toString()}>; rel="${rel}"`
    })
    .join(', ')
}

/** The page as the caller wrote it: beyond 2^53 a number cannot repeat it. */
export function pageAsGiven(url: string, page: number): string {
  if (page < Number.MAX_SAFE_INTEGER) return String(page)
  const given = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('page')
  return BigInt(given ?? page).toString()
}
