/** Says which parts of a wanted structure a live one lacks. Pure. */

/** Places such as `versions[v1alpha1].schema.…`; empty when all is there. Descriptions do not count. */
export function missingIn(wanted: unknown, live: unknown, place = ''): readonly string[] {
  if (Array.isArray(wanted)) return missingInList(wanted, live, place)
  if (!isMap(wanted)) return wanted === live ? [] : [place]
  if (!isMap(live)) return [place]
  return Object.entries(wanted)
    .filter(([key, value]) => value !== undefined && !(key === 'description' && typeof value === 'string'))
    .flatMap(([key, value]) => missingIn(value, live[key], place === '' ? key : `${place}.${key}`))
}

/** Items that have a name are found by it; of others the order counts. */
function missingInList(wanted: readonly unknown[], live: unknown, place: string): readonly string[] {
  if (!Array.isArray(live)) return [place]
  return wanted.flatMap((item, at) => {
    const name = nameOf(item)
    const twin: unknown = name === undefined ? live[at] : live.find((other) => nameOf(other) === name)
    return missingIn(item, twin, `${place}[${name ?? at}]`)
  })
}

function nameOf(item: unknown): string | undefined {
  const name = isMap(item) ? item['name'] : undefined
  return typeof name === 'string' ? name : undefined
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
