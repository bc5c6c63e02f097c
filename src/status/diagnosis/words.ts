/** Words for messages: one line, no longer than a person reads. */

/** White space made single, cut at `max` characters. */
export function oneLine(text: string, max = 200): string {
  const line = text.trim().replaceAll(/\s+/gu, ' ')
  return line.length <= max ? line : `${line.slice(0, max - 1).trimEnd()}…`
}

/** `label: text`, or only the label when there is no text. */
export function labelled(label: string, text: string): string {
  return text === '' ? label : `${label}: ${text}`
}

/** `1 pod`, `2 pods`. */
export function counted(count: number, thing: string): string {
  return count === 1 ? `1 ${thing}` : `${count} ${thing}s`
}

const RPC_PREFIX = /^(?:rpc error: code = \w+ desc = |error response from daemon: |error: )/iu

/** Without what transports put in front: `rpc error: code = … desc = `, however often. */
export function withoutTransport(text: string): string {
  let rest = text.trim()
  while (RPC_PREFIX.test(rest)) rest = rest.replace(RPC_PREFIX, '').trim()
  return rest
}
