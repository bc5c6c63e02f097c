/** Copies what was parsed into plain objects without nulls, which mean the same as absence in Kubernetes. */

/** No object of Kubernetes comes near; what is deeper, or holds itself, is no dump. */
const MAX_DEPTH = 100

/** Undefined for what is nested too deeply or holds itself. Nulls in lists stay, for a list tells by position. */
export function withoutNulls(value: unknown): { readonly value: unknown } | undefined {
  try {
    return { value: copy(value, 0) }
  } catch (error) {
    if (error instanceof TooDeep) return undefined
    throw error
  }
}

class TooDeep extends Error {}

function copy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) throw new TooDeep()
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1))
  // fromEntries defines members, so that one called __proto__ is a member like others.
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === null ? [] : [[key, copy(member, depth + 1)]],
    ),
  )
}
