import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { eventually } from '../../test/support/eventually.ts'
import { testApp } from './test-app.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The least of several looks: what was in flight takes a few turns of the event loop to be let go. */
async function leastHeapUsed(): Promise<number> {
  let least = Infinity
  for (let look = 0; look < 10; look += 1) {
    await setImmediate()
    collect()
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}

describe('memory', () => {
  it('stays flat while ten thousand different unknown names are asked for', async () => {
    const nobody = { get: async () => undefined, list: async () => ({ total: 0, items: [] }) }
    await using door = testApp({ reader: nobody })
    const ask = async (from: number, count: number): Promise<void> => {
      for (let i = from; i < from + count; i += 1) {
        const answer = await door.app.inject(`/api/v1/resources/unknown-${i}/status`)
        assert.equal(answer.statusCode, 404)
      }
    }
    await ask(0, 2_000)
    const before = await leastHeapUsed()
    await ask(2_000, 10_000)
    await eventually(async () => (await leastHeapUsed()) - before < 500_000, {
      what: `the heap to be as before, ${before} bytes`,
    })
  })
})
