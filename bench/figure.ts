/** A measured figure against its bound. */

export interface Figure {
  readonly value: number
  readonly bound: number
  readonly better: 'higher' | 'lower'
  readonly unit: string
  readonly pass: boolean
  readonly detail: Readonly<Record<string, unknown>>
}

export type Benchmark = () => Promise<Figure>

export function figure(given: Omit<Figure, 'pass'>): Figure {
  const { value, bound, better } = given
  return { ...given, pass: better === 'higher' ? value >= bound : value <= bound }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** By nearest rank; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
