/** Tells JSON from YAML, and reads either. */
import { InputError } from './input-error.ts'
import { readJsonDocuments } from './json-documents.ts'

/** YAML that begins like JSON is read as YAML up to this length: its parser is slow, and broken JSON is more likely. */
const SHORT = 1024 * 1024

/** All documents in order; an empty one is null. Throws {@link InputError}. */
export async function readDocuments(text: string): Promise<readonly unknown[]> {
  const documents = await valuesOf(text)
  if (documents.every((document) => document === null)) throw new InputError('it holds no object')
  return documents
}

async function valuesOf(text: string): Promise<readonly unknown[]> {
  if (!/^\s*[{[]/u.test(text)) return readYaml(text)
  try {
    return readJsonDocuments(text)
  } catch (error) {
    if (text.length > SHORT) throw error
    return await readYaml(text).catch(() => {
      throw error
    })
  }
}

/** Loaded when it is needed: most dumps are JSON. */
async function readYaml(text: string): Promise<readonly unknown[]> {
  const { readYamlDocuments } = await import('./yaml-documents.ts')
  return readYamlDocuments(text)
}
