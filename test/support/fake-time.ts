/** Time that only a test moves. */
import type { TestContext } from 'node:test'

/** Timers that stand still until a test moves them; the wall clock goes with them. */
export interface FakeTime {
  /** Lets everything happen that is due within this many ms. */
  pass(ms: number): Promise<void>
}

export function fakeTime(t: TestContext): FakeTime {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 })
  return {
    async pass(ms) {
      await settle()
      t.mock.timers.tick(ms)
      await settle()
    },
  }
}

/** Resolves when nothing is left to do that needs neither time nor I/O. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1)
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
}
