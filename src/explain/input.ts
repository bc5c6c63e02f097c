/** Reads the dump: a file, a pipe or standard input, up to a size that fits into one text. */
import { createReadStream } from 'node:fs'
import { InputError } from './input-error.ts'

/** A JavaScript text holds 512 Mi characters at most. */
const MAX_BYTES = 500 * 1024 * 1024

export interface InputSource {
  /** A path, or `-` for standard input. */
  readonly file: string
  readonly stdin: AsyncIterable<Uint8Array>
  readonly maxBytes?: number
}

/** The whole text without a byte order mark; UTF-8, or UTF-16 as some shells write it. Throws {@link InputError}. */
export async function readInput({ file, stdin, maxBytes = MAX_BYTES }: InputSource): Promise<string> {
  try {
    return decode(await gather(file === '-' ? stdin : createReadStream(file), maxBytes))
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(sentenceOf(error as NodeJS.ErrnoException), { cause: error })
  }
}

async function gather(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > maxBytes)
      throw new InputError(
        `it is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB: take the dump of fewer namespaces at a time`,
      )
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}

function decode(bytes: Uint8Array): string {
  const text = textOf(bytes)
  if (text.trim() === '')
    throw new InputError('it is empty; kubectl may have failed, look at what it printed')
  return text
}

function textOf(bytes: Uint8Array): string {
  try {
    // The decoder takes the byte order mark off.
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes)
  } catch (error) {
    throw new InputError('it is no text in UTF-8 or UTF-16: give it as kubectl printed it, not compressed', {
      cause: error,
    })
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'this is a directory; name one file',
  EACCES: 'permission denied',
}

function sentenceOf({ code = '', message }: NodeJS.ErrnoException): string {
  return SENTENCES[code] ?? `it cannot be read: ${message}`
}
