/** The control group below which a node's containers are counted and limited: one folder in each hierarchy of the kernel. */
import { lstat, mkdir, readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const ROOT = '/sys/fs/cgroup'
const ATTEMPTS = 100

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
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) if (entry.isDirectory()) await removeBelow(join(folder, entry.name))
  for (let attempt = 1; !(await isRemoved(folder, attempt)); attempt += 1) await delay(50)
}

/** False while processes in it are still ending, at most so many times. */
async function isRemoved(folder: string, attempt: number): Promise<boolean> {
  try {
    await rmdir(folder)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOENT' && (code !== 'EBUSY' || attempt === ATTEMPTS)) throw error
    return code === 'ENOENT'
  }
}
