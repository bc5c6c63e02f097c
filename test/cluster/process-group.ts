/** The processes of one cluster as they are started one after the other; whoever waits for one learns of any that ended. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  type ClusterProcess,
  endProcesses,
  logTail,
  type StartedProcess,
  type StartOptions,
  startProcess,
} from './processes.ts'

export interface WaitOptions {
  /** Completes "waited for …". */
  readonly what: string
  readonly withinMs: number
  /** Whose log tells most when the wait is in vain. */
  readonly process: string
}

export interface ProcessGroupOptions extends Pick<StartOptions, 'dir' | 'detached'> {
  /** The program that holds all parts of the cluster (main.go). */
  readonly testcluster: string
  readonly signal?: AbortSignal
  /** Told of all processes whenever there is one more. */
  readonly onStart: (processes: readonly ClusterProcess[]) => Promise<void>
}

/** A process ended by itself, or was not ready in time. The message ends with the last lines of its log. */
export class ProcessFailedError extends Error {
  override readonly name = 'ProcessFailedError'
}

export class ProcessGroup implements AsyncDisposable {
  readonly #options: ProcessGroupOptions
  readonly #started: StartedProcess[] = []

  constructor(options: ProcessGroupOptions) {
    this.#options = options
  }

  /** In the order in which they were started. */
  get processes(): readonly ClusterProcess[] {
    return this.#started.map(({ name, pid }) => ({ name, pid }))
  }

  /** A part of the cluster; `launcher` is a command that runs another one, for instance somewhere else. */
  async start(name: string, args: readonly string[], launcher: readonly string[] = []): Promise<number> {
    return await this.run(name, [...launcher, this.#options.testcluster, name, ...args])
  }

  /** Any program, whose command line has to name the cluster's folder. Answers its process id. */
  async run(name: string, command: readonly string[]): Promise<number> {
    const started = await startProcess({ ...this.#options, name, command })
    this.#started.push(started)
    await this.#options.onStart(this.processes)
    return started.pid
  }

  /** Forgets those that have ended, so that a failed start can be repeated. */
  forgetEnded(): void {
    const running = this.#started.filter((process) => process.end() === undefined)
    this.#started.splice(0, this.#started.length, ...running)
  }

  /** Calls `check` until it is true; a check that throws is not yet. Throws {@link ProcessFailedError}. */
  async waitFor({ what, withinMs, process }: WaitOptions, check: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + withinMs
    let cause: unknown
    while (performance.now() < deadline) {
      this.#options.signal?.throwIfAborted()
      this.#throwIfAnyEnded()
      try {
        if (await check()) return
      } catch (error) {
        cause = error
      }
      await delay(25)
    }
    const last = cause instanceof Error ? ` (${cause.message})` : ''
    throw this.#failed(`waited ${withinMs / 1000} s for ${what}${last}`, { process, cause })
  }

  #throwIfAnyEnded(): void {
    for (const { name, end } of this.#started) {
      const ended = end()
      if (ended !== undefined) throw this.#failed(`${name} ended by itself (${ended})`, { process: name })
    }
  }

  #failed(problem: string, { process, cause }: { process: string; cause?: unknown }): ProcessFailedError {
    const tail = logTail(this.#options.dir, process)
    return new ProcessFailedError(`${problem}; the last lines of ${process}:\n${tail}`, { cause })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endProcesses(this.processes, this.#options)
  }
}
