/** What a runtime answers right after it has said that it is ready, because its APIs come up one by one. */
import { type EdcAnswer, type EdcRequest, page } from './answers.ts'

export type Runtime = 'controlplane' | 'identityhub'

interface Spell {
  /** Since the start, in ms. */
  readonly untilMs: number
  readonly status: number
}

/** In this order, as measured on 0.15.1; the hub makes its first administrator last. */
const SPELLS: Readonly<Record<Runtime, readonly Spell[]>> = {
  controlplane: [{ untilMs: 131, status: 404 }],
  identityhub: [
    { untilMs: 130, status: 404 },
    { untilMs: 170, status: 500 },
    { untilMs: 258, status: 401 },
  ],
}

export function earlyAnswer(
  runtime: Runtime,
  ageMs: number,
  { method, path }: Pick<EdcRequest, 'method' | 'path'>,
): EdcAnswer | undefined {
  const spell = SPELLS[runtime].find(({ untilMs }) => ageMs < untilMs)
  if (spell === undefined) return undefined
  const unknown = spell.status === 404 && runtime === 'identityhub' && method === 'POST'
  return page(unknown ? 405 : spell.status, path)
}
