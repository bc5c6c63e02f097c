/** Kubernetes quantities, after apimachinery `resource.Quantity`: `0.5` and `500m` are the same amount. */

const quantityPattern =
  /^(?=[+-]?\.?[0-9])([+-]?[0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,3})|(n|u|m|k|[KMGTPE]i|[MGTPE]))?$/u

/** Each suffix as `[power of 1024, power of 10]`. */
const SUFFIXES: Readonly<Record<string, readonly [bigint, number]>> = {
  '': [0n, 0],
  n: [0n, -9],
  u: [0n, -6],
  m: [0n, -3],
  k: [0n, 3],
  M: [0n, 6],
  G: [0n, 9],
  T: [0n, 12],
  P: [0n, 15],
  E: [0n, 18],
  Ki: [1n, 0],
  Mi: [2n, 0],
  Gi: [3n, 0],
  Ti: [4n, 0],
  Pi: [5n, 0],
  Ei: [6n, 0],
}

/** `digits × 10^power`, exactly. */
interface Amount {
  readonly digits: bigint
  readonly power: number
}

/** True when both texts (or numbers) are quantities of the same amount. */
export function isSameQuantity(left: unknown, right: unknown): boolean {
  return difference(left, right) === 0n
}

/** True when both are quantities and the left one is the smaller. */
export function isLessQuantity(left: unknown, right: unknown): boolean {
  const rest = difference(left, right)
  return rest !== undefined && rest < 0n
}

/**
 * The sum of amounts, each counted so many times, in a form that a person can read: `3500m`, `2304Mi`.
 *
 * Undefined when one of them is no quantity.
 */
export function sumOfQuantities(
  parts: readonly (readonly [amount: string, times: number])[],
): string | undefined {
  const amounts = parts.map(([text, times]) => ({ ...amountOf(text), times }))
  const power = Math.min(0, ...amounts.map((amount) => amount.power ?? 0))
  let sum = 0n
  for (const { digits, power: own, times } of amounts) {
    if (digits === undefined || own === undefined) return undefined
    sum += scaled({ digits, power: own }, power) * BigInt(times)
  }
  return textOf(
    { digits: sum, power },
    parts.some(([text]) => text.endsWith('i')),
  )
}

/** The server keeps no more than billionths, and rounds up. */
function textOf(amount: Amount, binary: boolean): string {
  const units = binary ? BINARY : DECIMAL
  const billionths =
    amount.power < -9 ? divided(amount.digits, 10n ** BigInt(-9 - amount.power)) : scaled(amount, -9)
  const [suffix, unit] = units.find(([, size]) => billionths % size === 0n) ?? ['n', 1n]
  return `${billionths / unit}${suffix}`
}

/** Largest first; beside the binary suffixes a fraction still needs the decimal ones. */
const DECIMAL = [
  ['', 1_000_000_000n],
  ['m', 1_000_000n],
  ['u', 1_000n],
] as const
const BINARY = [
  ...(['Ti', 'Gi', 'Mi', 'Ki'] as const).map(
    (suffix, i) => [suffix, 1_000_000_000n * 1024n ** BigInt(4 - i)] as const,
  ),
  ...DECIMAL,
] as const

function divided(digits: bigint, by: bigint): bigint {
  return (digits + by - 1n) / by
}

/** Its sign tells which is larger; undefined when either is no quantity. */
function difference(left: unknown, right: unknown): bigint | undefined {
  const a = amountOf(left)
  const b = amountOf(right)
  if (a === undefined || b === undefined) return undefined
  const power = Math.min(a.power, b.power)
  return scaled(a, power) - scaled(b, power)
}

function amountOf(value: unknown): Amount | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const match = quantityPattern.exec(String(value))
  if (match === null) return undefined
  const [, whole = '', fraction = '', exponent = '0', suffix = ''] = match
  const [binary, decimal] = SUFFIXES[suffix] ?? [0n, 0]
  return {
    digits: BigInt(whole + fraction) * 1024n ** binary,
    power: Number(exponent) + decimal - fraction.length,
  }
}

function scaled({ digits, power }: Amount, toPower: number): bigint {
  return digits * 10n ** BigInt(power - toPower)
}
