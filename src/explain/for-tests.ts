/** Runs `explain` in the process of a test: what goes in, and all that comes out. */
import { explain, type ExitCode } from './command.ts'
import type { Report } from './report.ts'

export interface Ran {
  readonly exit: ExitCode
  readonly stdout: string
  readonly stderr: string
}

export interface Run {
  readonly args?: readonly string[]
  /** Standard input. */
  readonly stdin?: string | Uint8Array
  /** What the clock of the machine says, ms since 1970; by default 2026-01-01T01:00:00Z. */
  readonly nowMs?: number
}

export async function runExplain({
  args = [],
  stdin = '',
  nowMs = Date.UTC(2026, 0, 1, 1),
}: Run): Promise<Ran> {
  const said = { stdout: '', stderr: '' }
  const exit = await explain(args, {
    stdin: chunks(stdin),
    print: (text) => void (said.stdout += text),
    warn: (text) => void (said.stderr += text),
    now: () => nowMs,
  })
  return { exit, ...said }
}

/** The answer in JSON to objects that come in through standard input. */
export async function judged(objects: readonly object[], args: readonly string[] = []): Promise<Report> {
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  const { stdout } = await runExplain({ args: ['-f', '-', '-o', 'json', ...args], stdin })
  return JSON.parse(stdout) as Report
}

async function* chunks(stdin: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof stdin === 'string' ? Buffer.from(stdin) : stdin
}
