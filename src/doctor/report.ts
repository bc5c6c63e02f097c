/** The findings for people and for machines. */
import type { Finding, Result } from './finding.ts'

const WIDTH = { result: 5, check: 13 } as const

/** A line for each finding, the next step below it, and a summary. */
export function textReport(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ result, check, message, next }) => {
    const start = `${result.padEnd(WIDTH.result)} ${check.padEnd(WIDTH.check)} `
    const step = next === undefined ? [] : [`${' '.repeat(start.length)}→ ${next}`]
    return [`${start}${message}`, ...step]
  })
  return `${[...lines, '', summary(findings), ''].join('\n')}`
}

export function jsonReport(findings: readonly Finding[]): string {
  return `${JSON.stringify({ result: worst(findings), findings }, undefined, 2)}\n`
}

export function worst(findings: readonly Finding[]): Result {
  const results = findings.map(({ result }) => result)
  if (results.includes('fail')) return 'fail'
  return results.includes('warn') ? 'warn' : 'ok'
}

function summary(findings: readonly Finding[]): string {
  const count = (wanted: Result): number => findings.filter(({ result }) => result === wanted).length
  const parts = [`${count('ok')} ok`, `${count('warn')} to look at`, `${count('fail')} failed`]
  return parts.join(', ')
}
