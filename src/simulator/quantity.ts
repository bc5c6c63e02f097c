/** Kubernetes quantities: reads them exactly and writes them in canonical form (apimachinery `resource.Quantity`). */

import { asText } from './json.ts'
const QUANTITY = /^(?<digits>[+-]?\d+)(\.(?<fraction>\d{0,9}))?(?<suffix>[KMGTPE]i|[numkMGTPE])?$/u

const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map(
  (suffix, i) => [suffix, 1000n ** BigInt(i)] as const,
)
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map(
  (suffix, i) => [suffix, 1_000_000_000n * 1024n ** BigInt(i)] as const,
)
const UNITS = new Map<string, bigint>([...DECIMAL, ...BINARY])

/** In billionths; undefined for text that is no quantity. Exponents are not read. */
export function billionths(text: unknown): bigint | undefined {
  const parts = QUANTITY.exec(asText(text))?.groups
  if (parts === undefined) return undefined
  const { digits = '', fraction = '', suffix = '' } = parts
  const scaled = BigInt(digits + fraction.padEnd(9, '0')) * (UNITS.get(suffix) ?? 1n)
  return scaled / 1_000_000_000n
}

/** `2048Mi` becomes `2Gi`, `1000m` becomes `1`; what is no quantity stays as it is. */
export function canonical(text: unknown): unknown {
  const amount = billionths(text)
  if (amount === undefined) return text
  const units = asText(text).endsWith('i') ? BINARY : DECIMAL
  const [suffix, unit] = units.findLast(([, size]) => amount % size === 0n && amount !== 0n) ?? [
    '',
    undefined,
  ]
  return unit === undefined ? '0' : `${amount / unit}${suffix}`
}
