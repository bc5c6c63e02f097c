/** What adapters and engines need of a logger. Text is constant; particulars are fields. pino fits it. */
export interface Log {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
