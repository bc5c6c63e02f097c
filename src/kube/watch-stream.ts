/** Reads the byte stream of a watch: one JSON event per line, cut anywhere by the network. */
import { UnavailableError } from '../model/errors.ts'
import type { WatchEvent } from './kube.ts'
import { TimeSlice } from './time-slice.ts'

export interface WatchStreamOptions {
  /** For messages: `GET /path`. */
  readonly request: string
  /** A longer line is an error. */
  readonly maxLineBytes: number
}

/** Others get their turn after so many ms of parsing, however fast the server sends. */
const SLICE_MS = 10

const NEWLINE = 0x0a
const EVENT_TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'])

/**
 * Ends when the stream ends. Throws what the stream throws, and `UnavailableError` for a line that is too long, cut off
 * or not an event; no line is skipped or quoted, it may hold a Secret.
 * @yields every event, in order
 */
export async function* readWatchEvents(
  chunks: AsyncIterable<Uint8Array>,
  options: WatchStreamOptions,
): AsyncGenerator<WatchEvent, void, undefined> {
  const lines = new LineBuffer(options)
  const slice = new TimeSlice(SLICE_MS)
  for await (const chunk of chunks) {
    for (const line of lines.add(chunk)) {
      if (slice.over) await slice.rest()
      yield eventOf(line, options)
    }
  }
  if (!lines.empty) throw fault(options, 'ended in the middle of an event')
}

/** Splits at line breaks before decoding, so that no character is ever cut. Each byte is copied at most once. */
class LineBuffer {
  readonly #options: WatchStreamOptions
  #pieces: Uint8Array[] = []
  #bytes = 0

  constructor(options: WatchStreamOptions) {
    this.#options = options
  }

  get empty(): boolean {
    return this.#bytes === 0
  }

  /**
   * Takes the next piece of the stream.
   * @yields the lines that it completes, without their line breaks; empty lines are left out
   */
  *add(chunk: Uint8Array): Generator<Buffer, void, undefined> {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end))
      start = end + 1
      const line = this.#take()
      if (line.length > 0) yield line
    }
    this.#keep(chunk.subarray(start))
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return
    const { maxLineBytes } = this.#options
    this.#bytes += piece.length
    if (this.#bytes > maxLineBytes)
      throw fault(this.#options, `sent an event larger than ${maxLineBytes} bytes`)
    this.#pieces.push(piece)
  }

  #take(): Buffer {
    const [first] = this.#pieces
    const line =
      this.#pieces.length === 1 && first !== undefined
        ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
        : Buffer.concat(this.#pieces, this.#bytes)
    this.#pieces = []
    this.#bytes = 0
    return line
  }
}

function eventOf(line: Buffer, options: WatchStreamOptions): WatchEvent {
  const value = parse(line.toString('utf8'))
  if (isEvent(value)) return value
  throw fault(options, `sent a line of ${line.length} bytes that is not a watch event`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isEvent(value: unknown): value is WatchEvent {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('object' in value)) return false
  return EVENT_TYPES.has(value.type) && typeof value.object === 'object' && value.object !== null
}

function fault({ request }: WatchStreamOptions, what: string): UnavailableError {
  return new UnavailableError(
    `the watch ${request} ${what}; it has to be started anew, and if this repeats, check what stands between here and the API server`,
  )
}
