/** Tests that the limit on writes is for what the program does by itself, and for nobody who asks it for something. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { create } from '../test/integration/participants.ts'
import { openBuiltIn, serviceOn } from '../test/integration/test-cluster.ts'
import { eventually } from '../test/support/eventually.ts'

const REQUESTS = 12

it('requests are answered at once while other writes wait for their turn, and so is the wish to stop', async () => {
  await using cluster = await openBuiltIn()
  const writtenAtMs: number[] = []
  await using service = await serviceOn(cluster, {
    args: ['--kube-qps', '1', '--kube-burst', '1'],
    onCall: ({ method, path }) => {
      // Requests, and events, which have a rate of their own, are not counted.
      if (method !== 'GET' && !/\/(?:participants|events)(?:\/[^/]+)?$/u.test(path))
        writtenAtMs.push(performance.now())
    },
  })
  const startedAtMs = performance.now()
  for (let index = 0; index < REQUESTS; index += 1) await create(service, `asked-${index}`)
  const answeredMs = performance.now() - startedAtMs
  // One a second is what they would get if they were counted too.
  assert.ok(answeredMs < (REQUESTS * 1_000) / 2, `${REQUESTS} requests took ${answeredMs} ms`)
  await eventually(() => writtenAtMs.length > 1, { what: 'the second write by itself' })
  const [first = 0, second = 0] = writtenAtMs
  assert.ok(second - first > 900, `the second write came after ${second - first} ms`)
  const page = await (await fetch(`${service.healthUrl}/metrics`)).text()
  const [, seconds = '0'] = /write_wait_seconds_sum (\S+)/u.exec(page) ?? []
  assert.ok(Number(seconds) > 0.9, `the metric says ${seconds} s`)
  const stoppedAtMs = performance.now()
  await service[Symbol.asyncDispose]()
  const stopMs = performance.now() - stoppedAtMs
  // Writes for minutes are waiting.
  assert.ok(stopMs < 10_000, `stopping took ${stopMs} ms`)
})
