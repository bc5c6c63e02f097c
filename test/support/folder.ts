/** A temporary folder for files that a test writes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Folder extends AsyncDisposable {
  readonly path: string
  /** Contents by name. */
  write(files: Readonly<Record<string, string>>): Promise<void>
}

/** Removed with all that is in it when disposed. */
export async function openFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'test-'))
  return {
    path,
    write: async (files) => {
      for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
