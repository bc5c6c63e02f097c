/** Reads how many writes a second the program makes by itself. */
import { SETTINGS, type Settings } from './env.ts'

export interface WriteRate {
  /** Writes per second in the long run; `Infinity` when they are not limited. */
  readonly qps: number
  /** Writes at once after a time with fewer. */
  readonly burst: number
}

/**
 * Above what one API server takes from 12 writes at a time, so that it only stops what runs wild; an API server that
 * has less to give says so by itself (429).
 */
const DEFAULT_QPS = 1_000
const MOST = 100_000

export function readWriteRate(settings: Settings, faults: string[]): WriteRate {
  const limited = settings.kubeQps !== 'off'
  const qps = (limited ? readCount('kubeQps', settings, faults) : undefined) ?? DEFAULT_QPS
  const burst = readCount('kubeBurst', settings, faults) ?? 2 * qps
  return { qps: limited ? qps : Number.POSITIVE_INFINITY, burst }
}

function readCount(name: 'kubeQps' | 'kubeBurst', settings: Settings, faults: string[]): number | undefined {
  const text = settings[name]
  if (text === undefined) return undefined
  const count = /^\d{1,6}$/u.test(text) ? Number(text) : Number.NaN
  if (count >= 1 && count <= MOST) return count
  const orOff = name === 'kubeQps' ? ', or off' : ''
  faults.push(`${SETTINGS[name].variable} must be a whole number from 1 to ${MOST}${orOff}, got "${text}"`)
  return undefined
}
