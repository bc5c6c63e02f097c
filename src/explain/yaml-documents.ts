/** Reads YAML: one document or several. */
import { type Document, LineCounter, parseAllDocuments } from 'yaml'
import { InputError } from './input-error.ts'

/** The values of the documents in order; an empty document is null. Throws {@link InputError} with line and column. */
export function readYamlDocuments(text: string): readonly unknown[] {
  const lineCounter = new LineCounter()
  const documents = parseAll(text, lineCounter)
  return documents.map((document, index) => {
    const [fault] = document.errors
    if (fault !== undefined) {
      const { line, col } = lineCounter.linePos(fault.pos[0])
      throw new InputError(`line ${line}, column ${col}: no YAML: ${fault.message}`)
    }
    return valueOf(document, index)
  })
}

function parseAll(text: string, lineCounter: LineCounter): readonly Document.Parsed[] {
  try {
    const documents = parseAllDocuments(text, {
      lineCounter,
      prettyErrors: false,
      logLevel: 'silent',
      stringKeys: true,
    })
    return 'empty' in documents ? [] : documents
  } catch (error) {
    throw tooDeep(error)
  }
}

/** Aliases are expanded, up to a number that no honest dump reaches. */
function valueOf(document: Document.Parsed, index: number): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    if (error instanceof ReferenceError)
      throw new InputError(`document ${index + 1}: its aliases stand for too much: ${error.message}`, {
        cause: error,
      })
    throw tooDeep(error)
  }
}

/** The parser calls itself for each level, and says so by running out of stack. */
function tooDeep(error: unknown): unknown {
  return error instanceof RangeError
    ? new InputError('it is nested too deeply to be a dump of Kubernetes objects', { cause: error })
    : error
}
