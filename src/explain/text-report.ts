/** Writes the judgement for people: one line for each participant, and below it what helps to mend it. */
import { type Cause, CAUSES } from '../model/causes.ts'
import { plain } from './plain.ts'
import type { Judgement, ReportedParticipant, ReportedPod } from './report.ts'
import { table } from './table.ts'

/** Ends with a line end. Nothing in it that a terminal would obey. */
export function textReport({ report, recheckAtMs, judgedAtMs }: Judgement): string {
  const unready = Object.entries(report.pods).filter(
    ([, { ready, status }]) => !ready && status !== 'Completed',
  )
  const known = new Set(report.participants.map(({ participantName }) => participantName))
  const strays = unready.filter(([key]) => !known.has(namespaceOf(key)))
  const sections = report.participants.map((participant) => [
    headline(participant),
    ...(participant.status === 'READY' ? [] : details(participant, unready)),
    ...routesPending(participant),
    ...changesAt(recheckAtMs.get(participant.participantName)),
  ])
  const others = strays.length === 0 ? [] : [['Pods of no participant', ...indented(podTable(strays))]]
  return `${[...sections, ...others, [summary(report.participants, judgedAtMs)]].map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** The one line to act on. */
function headline(participant: ReportedParticipant): string {
  const { participantName, status, message } = participant
  const who = causesOf(causesTold(participant))
    .map(({ code, who: acts }) => `${code}; ${acts}`)
    .join(', ')
  return [participantName, status, plain(message), ...(who === '' ? [] : [`(${who})`])].join('  ')
}

/** Those of the components that the message is about, what has failed first. */
function causesTold(participant: ReportedParticipant): readonly (Cause | null)[] {
  if (participant.status === 'DELETING') return ownCauses(participant)
  return Object.entries(participant.components)
    .filter(([name, { message }]) => participant.message.includes(`${name}: ${message}`))
    .toSorted(([, a], [, b]) => Number(b.status === 'Failed') - Number(a.status === 'Failed'))
    .map(([, { cause }]) => cause)
}

function details(
  participant: ReportedParticipant,
  unready: readonly (readonly [string, ReportedPod])[],
): readonly string[] {
  const own = unready.filter(([key]) => namespaceOf(key) === participant.participantName)
  const causes = [...causesTold(participant), ...ownCauses(participant), ...own.map(([, { cause }]) => cause)]
  return [
    ...section('Components', componentTable(participant)),
    ...section('Pods that are not ready', podTable(own)),
    ...section('Events, newest first', eventTable(participant)),
    ...section('What to do', adviceOn(causesOf(causes))),
  ]
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `  ${title}`, ...indented(lines)]
}

function componentTable({ components }: ReportedParticipant): readonly string[] {
  return table(
    Object.entries(components).map(([name, { kind, status, replicas, reason, message }]) => [
      plain(name),
      kind === '' ? '-' : kind,
      status,
      `${replicas.ready}/${replicas.desired}`,
      plain(reason),
      plain(message),
    ]),
  )
}

function podTable(pods: readonly (readonly [string, ReportedPod])[]): readonly string[] {
  return table(pods.map(([key, { status, message }]) => [plain(key), plain(status), plain(message)]))
}

function eventTable({ events }: ReportedParticipant): readonly string[] {
  return table(
    events.map(({ timestamp, type, object, message, count }) => [
      plain(timestamp),
      type,
      plain(object),
      `${plain(message)}${count > 1 ? ` (${count} times)` : ''}`,
    ]),
  )
}

function adviceOn(causes: readonly Cause[]): readonly string[] {
  return causes.flatMap(({ code, who }) => [
    `${code}: ${CAUSES[code].act} Acts: ${who}. More: docs/causes/${code}.md`,
  ])
}

/** What is missing of a participant that is being deleted is no trouble; that it does not go may be. */
function ownCauses({ status, reason, components }: ReportedParticipant): readonly (Cause | null)[] {
  if (status !== 'DELETING') return Object.values(components).map(({ cause }) => cause)
  return reason === 'DeletionStuck' ? [{ code: 'NamespaceStuck', who: CAUSES.NamespaceStuck.who }] : []
}

/** Each code once, in the order in which they come up. */
function causesOf(causes: readonly (Cause | null)[]): readonly Cause[] {
  const byCode = new Map<string, Cause>()
  for (const cause of causes) if (cause !== null && !byCode.has(cause.code)) byCode.set(cause.code, cause)
  return [...byCode.values()]
}

/** Said of a READY participant too: it cannot be reached, though it runs. */
function routesPending({ conditions }: ReportedParticipant): readonly string[] {
  return conditions
    .filter(({ reason }) => reason === 'RoutesPending')
    .flatMap(({ message }) => ['', `  Routes pending, which keeps nothing from READY: ${plain(message)}`])
}

function changesAt(atMs: number | undefined): readonly string[] {
  return atMs === undefined ? [] : ['', `  By time alone this may change at ${timeOf(atMs)}.`]
}

function summary(participants: readonly ReportedParticipant[], judgedAtMs: number): string {
  const byStatus = Map.groupBy(participants, ({ status }) => status)
  const counts = [...byStatus].map(([status, { length }]) => `${length} ${status}`).toSorted()
  const noun = participants.length === 1 ? 'participant' : 'participants'
  const found = [`${participants.length} ${noun}`, ...(counts.length === 0 ? [] : [counts.join(', ')])]
  return `${found.join(': ')}. Judged as of ${timeOf(judgedAtMs)}.`
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000', '')
}

function namespaceOf(key: string): string {
  return key.slice(0, key.indexOf('/'))
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `    ${line}`)
}
