/** A short digest of plain values: tells texts apart, guards against nobody. */

const OFFSET_BASIS = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n
const SIZE = 64

/** 16 hex digits, the same for equal values whatever the order of their fields (FNV-1a, 64 bits, over code points). */
export function digestOf(value: unknown): string {
  let hash = OFFSET_BASIS
  for (const unit of canonical(value)) {
    const code = BigInt(unit.codePointAt(0) ?? 0)
    hash = BigInt.asUintN(SIZE, (hash ^ code) * PRIME)
  }
  return hash.toString(16).padStart(SIZE / 4, '0')
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`)
  return `{${fields.join(',')}}`
}
