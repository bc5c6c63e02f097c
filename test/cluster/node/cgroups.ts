/** The control group below which a node's containers are counted and limited: one folder in each hierarchy of the kernel. */
import { lstat, mkdir, readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const ROOT = '/sys/fs/cgroup'

export async function makeCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) await mkdir(join(hierarchy, name), { recursive: true })
}

/** Waits for the last processes in it, which have been ended already, to be gone. */
export async function removeCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) await removeBelow(join(hierarchy, name))
}

/** With version 1 a folder for each, beside links to them; with version 2 the root itself. */
async function hierarchies(): Promise<readonly string[]> {
  const names = await readdir(ROOT)
  if (names.includes('cgroup.controllers')) return [ROOT]
  const folders = names.map((name) => join(ROOT, name))
  const kinds = await Promise.all(folders.map(async (folder) => (await lstat(folder)).isDirectory()))
  return folders.filter((_, at) => kinds[at])
}

async function removeBelow(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return
  for (const entry of entries) if (entry.isDirectory()) await removeBelow(join(folder, entry.name))
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await rmdir(folder)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'ENOENT') return
      if (code !== 'EBUSY' || attempt === 100) throw error
      await delay(50)
    }
  }
}
