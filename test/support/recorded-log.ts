/** A log that remembers. */
import type { Log } from '../../src/model/log.ts'

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly fields: Readonly<Record<string, unknown>>
  readonly text: string
}

export class RecordedLog implements Log {
  readonly lines: LogLine[] = []

  debug(fields: object, text: string): void {
    this.#add('debug', fields, text)
  }

  info(fields: object, text: string): void {
    this.#add('info', fields, text)
  }

  warn(fields: object, text: string): void {
    this.#add('warn', fields, text)
  }

  error(fields: object, text: string): void {
    this.#add('error', fields, text)
  }

  /** Texts of the lines at these levels, in order. */
  texts(...levels: readonly LogLine['level'][]): string[] {
    return this.lines.filter(({ level }) => levels.includes(level)).map(({ text }) => text)
  }

  #add(level: LogLine['level'], fields: object, text: string): void {
    this.lines.push({ level, fields: { ...fields }, text })
  }
}
