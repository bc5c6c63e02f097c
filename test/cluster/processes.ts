/** Processes of a test cluster: started with a log file each, recognised by their command line, ended by pid. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface ClusterProcess {
  /** `etcd`, `kube-apiserver`, … */
  readonly name: string
  readonly pid: number
}

export interface StartOptions {
  readonly name: string
  /** The program and its arguments. */
  readonly command: readonly string[]
  /** The cluster's folder: gets `NAME.log`, and stands in the arguments of every process (see {@link isOurs}). */
  readonly dir: string
  /** Outlives this process. Otherwise it ends with this process, even if that one is killed (main.go). */
  readonly detached: boolean
}

export interface StartedProcess extends ClusterProcess {
  /** `exit code 1` or `SIGKILL` once it has ended by itself. */
  readonly end: () => string | undefined
}

/** Of programs that a node calls, such as those that start containers. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Rejects when the binary cannot be run at all. */
export async function startProcess({
  name,
  command: [program = '', ...args],
  dir,
  detached,
}: StartOptions): Promise<StartedProcess> {
  const log = openSync(logFileOf(dir, name), 'a')
  const child = spawn(program, args, {
    cwd: dir,
    env: { HOME: dir, PATH: SYSTEM_PATH, ...(detached ? {} : { TESTCLUSTER_END_WITH_STDIN: '1' }) },
    stdio: [detached ? 'ignore' : 'pipe', log, log],
    detached,
  })
  closeSync(log)
  await once(child, 'spawn')
  child.unref()
  if (child.stdin instanceof Socket) child.stdin.unref()
  return { name, pid: child.pid ?? 0, end: () => endOf(child) }
}

function endOf({ exitCode, signalCode }: ChildProcess): string | undefined {
  return exitCode === null ? (signalCode ?? undefined) : `exit code ${exitCode}`
}

export function logFileOf(dir: string, name: string): string {
  return join(dir, `${name}.log`)
}

/** The last lines of a process's log, for an error message. */
export function logTail(dir: string, name: string): string {
  const file = logFileOf(dir, name)
  if (!existsSync(file)) return ''
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
}

/** True while the process runs and is the one that was started: a recycled pid has another command line. */
export function isOurs({ pid }: ClusterProcess, dir: string): boolean {
  return commandLineOf(pid).includes(dir)
}

/** Empty for a process that has ended, a zombie among them. */
export function commandLineOf(pid: number): string {
  try {
    if (existsSync('/proc/self/cmdline'))
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}

/** Ends the processes, those started last first: SIGTERM, then SIGKILL after `graceMs` each. None of them runs afterwards. */
export async function endProcesses(
  processes: readonly ClusterProcess[],
  { dir, graceMs = 10_000 }: { readonly dir: string; readonly graceMs?: number },
): Promise<void> {
  for (const process of processes.toReversed()) {
    signal(process, { dir, name: 'SIGTERM' })
    if (await hasEnded(process, { dir, withinMs: graceMs })) continue
    signal(process, { dir, name: 'SIGKILL' })
    await hasEnded(process, { dir, withinMs: graceMs })
  }
}

function signal(target: ClusterProcess, { dir, name }: { dir: string; name: NodeJS.Signals }): void {
  if (!isOurs(target, dir)) return
  try {
    process.kill(target.pid, name)
  } catch (error) {
    const endedMeanwhile = error instanceof Error && 'code' in error && error.code === 'ESRCH'
    if (!endedMeanwhile) throw error
  }
}

async function hasEnded(
  target: ClusterProcess,
  { dir, withinMs }: { dir: string; withinMs: number },
): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (isOurs(target, dir)) {
    if (performance.now() > deadline) return false
    await delay(20)
  }
  return true
}
