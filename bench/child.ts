/** Parts of a measurement in processes of their own, so that load and server do not share an event loop. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface Child<T> extends AsyncDisposable {
  /** The first message of the child. */
  readonly said: T
  ask<R>(question: string): Promise<R>
}

/** Starts `bench/processes/NAME.ts`; it says its first message when it is ready. */
export async function startChild<T>(name: string, args: readonly string[] = []): Promise<Child<T>> {
  const child = fork(join(import.meta.dirname, 'processes', `${name}.ts`), args, {
    execArgv: ['--expose-gc'],
  })
  const said = await nextMessage<T>(child, name)
  return {
    said,
    async ask<R>(question: string): Promise<R> {
      const answer = nextMessage<R>(child, name)
      child.send(question)
      return answer
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}

async function nextMessage<T>(child: ChildProcess, name: string): Promise<T> {
  const over = new AbortController()
  try {
    const message = once(child, 'message', { signal: over.signal }) as Promise<[T]>
    const exit = once(child, 'exit', { signal: over.signal }).then(([code]) => {
      throw new Error(`the process ${name} ended with code ${code} before it answered`)
    })
    const [answer] = await Promise.race([message, exit])
    return answer
  } finally {
    over.abort()
  }
}

/** In a child: tells the parent. */
export function tell(message: unknown): void {
  process.send?.(message)
}
