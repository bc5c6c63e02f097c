/** How OpenBao says no, and that there is nothing to say. */
import { type EdcAnswer as Answer, json } from './answers.ts'

export function errors(status: number, ...messages: readonly string[]): Answer {
  return json(status, { errors: messages })
}

export function done(): Answer {
  return { status: 204, headers: { 'content-type': 'application/json' }, body: '' }
}
