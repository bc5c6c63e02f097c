/** The commands `plan` and `diff`: what the reconciler would write, and nothing written. */
import { type Config, ConfigError, readConfig } from '../config/config.ts'
import type { Environment } from '../config/read-settings.ts'
import { readDocuments } from '../explain/documents.ts'
import { InputError } from '../explain/input-error.ts'
import { readInput } from '../explain/input.ts'
import { plain } from '../explain/plain.ts'
import { KubeApiError } from '../kube/errors.ts'
import type { Kube } from '../kube/kube.ts'
import { CredentialsError } from '../kube/server-address.ts'
import { UnavailableError } from '../model/errors.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import type { Participant } from '../model/participant.ts'
import type { Profiles } from '../model/profile.ts'
import { type Command, type Options, readOptions } from './options.ts'
import { type Found, participantsIn } from './participants-in.ts'
import { type Preview, previewOf } from './preview.ts'
import { differs, jsonReport, textReport } from './report.ts'
import { HELP, USAGE } from './usage.ts'

/** A cluster to look at. */
export interface Subject extends AsyncDisposable {
  readonly kube: Pick<Kube, 'get' | 'list' | 'apply'>
  /** For people. */
  readonly cluster: string
  readonly profiles: Profiles
}

export interface Surroundings {
  readonly env: Environment
  /** Reads a whole text file; throws what the file system says. */
  readonly readFile: (path: string) => string
  readonly stdin: AsyncIterable<Uint8Array>
  /** The answer, and nothing else. */
  readonly print: (text: string) => void
  /** Whatever else is to be told. */
  readonly warn: (text: string) => void
  /** May throw `CredentialsError`. */
  readonly open: (config: Config) => Promise<Subject>
}

/** 0: nothing stands in the way (`plan`), nothing differs (`diff`). 1: something does. 2: it could not be told. */
export type ExitCode = 0 | 1 | 2

export async function preview(
  command: Command,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { print, warn, env, readFile } = surroundings
  try {
    const options = readOptions(command, args)
    if (options === 'help') return helped(command, print)
    if ('faults' in options) throw new ConfigError(options.faults)
    const config = readConfig({ args: options.settings, env, readFile })
    if (config === 'help') return helped(command, print)
    return await COMMANDS[command](options, config, surroundings)
  } catch (error) {
    const faults = faultsOf(error)
    if (faults === undefined) throw error
    const usage = error instanceof ConfigError ? `${USAGE[command]}\n` : ''
    warn(`${faults.map((fault) => `${command}: ${plain(fault)}\n`).join('')}${usage}`)
    return 2
  }
}

type Run = (options: Options, config: Config, surroundings: Surroundings) => Promise<ExitCode>

const planFile: Run = async ({ subject: file, output }, config, { stdin, warn, print, open }) => {
  const { participants, notes } = await participantsFrom(file, stdin)
  for (const note of notes) warn(`plan: ${plain(note)}\n`)
  await using subject = await open(config)
  const previews: Preview[] = []
  for (const participant of participants)
    previews.push(await look(subject, config, await asApplied(subject, participant)))
  print(output === 'json' ? jsonReport(previews, subject.cluster) : textReport(previews))
  return previews.some(({ refused }) => refused !== undefined) ? 1 : 0
}

async function participantsFrom(file: string, stdin: Surroundings['stdin']): Promise<Found> {
  try {
    return participantsIn(await readDocuments(await readInput({ file, stdin })))
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const name = file === '-' ? 'standard input' : file
    throw new InputError(`${name}: ${error.message}`, { cause: error })
  }
}

const diffLive: Run = async ({ subject: name, output }, config, { print, open }) => {
  if (config.cluster.kind === 'built-in')
    throw new InputError('there is no cluster to look at: give --kubeconfig FILE or set KUBECONFIG')
  await using subject = await open(config)
  const participant = await subject.kube.get<Participant>(RESOURCES.Participant, { name })
  if (participant === undefined)
    throw new InputError(`there is no participant "${name}" in ${subject.cluster}`)
  const found = await look(subject, config, participant)
  print(output === 'json' ? jsonReport([found], subject.cluster) : textReport([found]))
  return differs(found) ? 1 : 0
}

const COMMANDS: Readonly<Record<Command, Run>> = { plan: planFile, diff: diffLive }

async function look(
  { kube, profiles }: Subject,
  { reserved }: Config,
  participant: Participant,
): Promise<Preview> {
  const { items } = await kube.list<Participant>(RESOURCES.Participant)
  return await previewOf({ kube, profiles, reserved, participants: items }, participant)
}

/** As the API server would store it: checked, with its defaults, and with its uid if it exists. */
async function asApplied({ kube }: Subject, participant: Participant): Promise<Participant> {
  return await kube.apply(participant, { manager: 'dataspace-provisioner-plan', force: true, dryRun: true })
}

function helped(command: Command, print: Surroundings['print']): ExitCode {
  print(HELP[command])
  return 0
}

/** What whoever called can mend; undefined for a bug of ours. */
function faultsOf(error: unknown): readonly string[] | undefined {
  if (error instanceof ConfigError) return error.faults
  const known = [InputError, CredentialsError, KubeApiError, UnavailableError]
  return error instanceof Error && known.some((kind) => error instanceof kind) ? [error.message] : undefined
}
