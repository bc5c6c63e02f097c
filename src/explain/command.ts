/** The command `explain`: dump in, verdicts out, exit code. */
import { readDocuments } from './documents.ts'
import { type DumpedNamespace, dumpOf } from './dump.ts'
import { InputError } from './input-error.ts'
import { readInput } from './input.ts'
import { findObjects } from './objects.ts'
import { type Options, readOptions } from './options.ts'
import { plain } from './plain.ts'
import { judgeDump } from './report.ts'
import { componentsOf, isParticipant } from './snapshots.ts'
import { textReport } from './text-report.ts'
import { HELP, USAGE } from './usage.ts'

/** What of the process the command touches. */
export interface Terminal {
  readonly stdin: AsyncIterable<Uint8Array>
  /** The answer, and nothing else. */
  readonly print: (text: string) => void
  /** Whatever else is to be told. */
  readonly warn: (text: string) => void
  /** ms since 1970. */
  readonly now: () => number
}

export type ExitCode = 0 | 1 | 2

/** 0: all ready. 1: something is not. 2: the input, or the command line, cannot be used. Never throws for either. */
export async function explain(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = readOptions(args)
  if (options === 'help') {
    terminal.print(HELP)
    return 0
  }
  if ('faults' in options) {
    terminal.warn(`${options.faults.map((fault) => `explain: ${plain(fault)}\n`).join('')}${USAGE}\n`)
    return 2
  }
  const name = options.file === '-' ? 'standard input' : options.file
  const tell = (sentence: string): void => terminal.warn(`${plain(`${name}: ${sentence}`)}\n`)
  try {
    return await judgeFile(options, terminal, tell)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    tell(error.message)
    return 2
  }
}

async function judgeFile(
  options: Options,
  { stdin, print, now }: Terminal,
  tell: (sentence: string) => void,
): Promise<ExitCode> {
  const text = await readInput({ file: options.file, stdin })
  const { objects, notes } = findObjects(await readDocuments(text))
  for (const note of notes) tell(note)
  const namespaces = chosen(dumpOf(objects), options)
  for (const note of namespaces.flatMap(unexpectedIn)) tell(note)
  const judgement = judgeDump(namespaces, options.nowMs ?? now())
  print(
    options.output === 'json' ? `${JSON.stringify(judgement.report, undefined, 2)}\n` : textReport(judgement),
  )
  return judgement.allReady ? 0 : 1
}

/** Silence about nothing would look like success. */
function chosen(
  namespaces: readonly DumpedNamespace[],
  { participant }: Options,
): readonly DumpedNamespace[] {
  if (!namespaces.some((dumped) => isParticipant(dumped) || dumped.pods.length > 0))
    throw new InputError(
      'it holds nothing to judge: no participant, Deployment, StatefulSet or Pod that can be read',
    )
  if (participant === undefined) return namespaces
  const named = namespaces.filter((dumped) => isParticipant(dumped) && dumped.name === participant)
  if (named.length > 0) return named
  throw new InputError(`there is no participant "${participant}" in it; there is ${namesOf(namespaces)}`)
}

/** A managed participant has its five components; what else runs in its namespace has no part in the verdict. */
function unexpectedIn(dumped: DumpedNamespace): readonly string[] {
  const components = componentsOf(dumped)
  return dumped.workloads
    .filter((workload) => !components.includes(workload))
    .map(
      ({ kind, namespace, name }) =>
        `${kind} ${namespace}/${name} is no component of a participant; not judged`,
    )
}

const NAMED = 20

function namesOf(namespaces: readonly DumpedNamespace[]): string {
  const names = namespaces.filter(isParticipant).map(({ name }) => name)
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : ''
  return names.length === 0 ? 'none' : `${names.slice(0, NAMED).join(', ')}${more}`
}
