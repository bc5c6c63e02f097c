/** The log: pino to stderr, one line an event, constant text with fields. Text lines for a person at a terminal. */
import { type DestinationStream, type Logger, pino } from 'pino'

export interface LoggerOptions {
  readonly level: string
  readonly format: 'json' | 'text'
  readonly write: (line: string) => void
}

/** Never printed, wherever they turn up in a log line's fields. */
const SECRETS = ['authorization', 'token', 'password', 'headers.authorization', 'req.headers.authorization']

export function openLogger({ level, format, write }: LoggerOptions): Logger {
  const destination: DestinationStream = {
    write: format === 'json' ? write : (line) => write(describe(JSON.parse(line) as Record<string, unknown>)),
  }
  return pino(
    {
      level,
      base: null,
      redact: SECRETS,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'message',
    },
    destination,
  )
}

/** `18:10:33 INFO  participant READY  participant=acme …` */
function describe({ time, level, message, err, ...fields }: Record<string, unknown>): string {
  const clock = String(time).slice(11, 19)
  const details = Object.entries(fields).map(([name, value]) => `${name}=${render(value)}`)
  const cause = err === undefined ? [] : [`cause=${render((err as { message?: unknown }).message)}`]
  return `${[clock, String(level).toUpperCase().padEnd(5), String(message), ...details, ...cause].join(' ')}\n`
}

function render(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/-]+$/u.test(value) ? value : JSON.stringify(value)
}
