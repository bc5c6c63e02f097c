/** One process at a time, by a lock file that names its holder. A holder that died does not block anybody. */
import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { commandLineOf } from './processes.ts'

export interface LockOptions {
  readonly file: string
  /** Called when somebody else has to finish first. */
  readonly onWait: (holderPid: number) => void
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined
}

/** Runs `work` while holding the lock file. */
export async function withLock<T>({ file, onWait, signal }: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  let told: number | undefined
  while (!(await take(file))) {
    const holder = await holderOf(file)
    if (holder === undefined) await rm(file, { force: true })
    else if (holder !== told) onWait((told = holder))
    signal?.throwIfAborted()
    await delay(100)
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

/** A link to a finished file, so that nobody ever reads half of one. */
async function take(file: string): Promise<boolean> {
  const mine = `${file}.${randomUUID()}`
  await writeFile(mine, JSON.stringify({ pid: process.pid, command: commandLineOf(process.pid) }))
  try {
    await link(mine, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(mine, { force: true })
  }
}

/** Undefined when the lock is gone, or its holder is: then another process may have its pid, with another command line. */
async function holderOf(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { pid, command } = JSON.parse(text) as { pid: number; command: string }
  return commandLineOf(pid) === command ? pid : undefined
}
