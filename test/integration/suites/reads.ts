/** Reading never costs the cluster anything, and a change is seen soon. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { RunningService } from '../../../src/service.ts'
import { eventually } from '../../support/eventually.ts'
import { create, remove, setFault, untilReady, untilStatus } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'

/** Events about a start come in a while after it. */
async function untilAtRest(url: string): Promise<void> {
  let seen: string | null = null
  let sinceMs = performance.now()
  const isAtRest = async (): Promise<boolean> => {
    const response = await fetch(url)
    await response.arrayBuffer()
    const tag = response.headers.get('etag')
    if (tag !== seen) [seen, sinceMs] = [tag, performance.now()]
    return performance.now() - sinceMs > 500
  }
  await eventually(isAtRest, { what: `${url} to be the same for half a second`, withinMs: 30_000 })
}

export function readsAreFree(clusterName: string, open: OpenTestCluster): void {
  describe(`reading on ${clusterName}`, () => {
    let cluster: TestCluster
    let service: RunningService
    const calls: string[] = []
    before(async () => {
      cluster = await open()
      service = await serviceOn(cluster, {
        onCall: ({ method, path }) => void calls.push(`${method} ${path}`),
      })
    })
    after(async () => {
      await service[Symbol.asyncDispose]()
      await cluster[Symbol.asyncDispose]()
    })

    it('makes no call to the API server, however often and whatever is asked', async () => {
      await create(service, 'quiet')
      await untilStatus(service, 'quiet', ({ status, steps }) => {
        return status === 'READY' && steps.length > 0 && steps.every(({ state }) => state === 'Done')
      })
      const paths = [
        '/api/v1/resources/quiet/status',
        '/api/v1/resources',
        '/api/v1/resources/unknown/status',
      ]
      const before = calls.length
      for (let round = 0; round < 50; round += 1)
        for (const path of paths) await (await fetch(`${service.url}${path}`)).arrayBuffer()
      const during = calls.slice(before).filter((each) => each.startsWith('GET'))
      assert.deepEqual(during, [])
      await remove(service, 'quiet')
    })

    it('keeps the body and its entity tag while nothing changes, and answers 304', async () => {
      await create(service, 'tagged')
      await untilStatus(service, 'tagged', ({ status, steps }) => {
        return status === 'READY' && steps.length > 0 && steps.every(({ state }) => state === 'Done')
      })
      const url = `${service.url}/api/v1/resources/tagged/status`
      await untilAtRest(url)
      const first = await fetch(url)
      const etag = first.headers.get('etag') ?? ''
      assert.match(etag, /^"[^"]+"$/u)
      const body = await first.text()
      const second = await fetch(url, { headers: { 'if-none-match': etag } })
      assert.equal(second.status, 304)
      assert.equal(await (await fetch(url)).text(), body)
      await setFault(cluster, { kind: 'Deployment', namespace: 'tagged', name: 'dataplane' }, 'NeverReady')
      await untilStatus(service, 'tagged', ({ status }) => status === 'DEGRADED')
      const third = await fetch(url, { headers: { 'if-none-match': etag } })
      assert.equal(third.status, 200)
      await third.arrayBuffer()
      await remove(service, 'tagged')
    })

    it('says when the cluster last confirmed the answer', async () => {
      await create(service, 'dated')
      await untilReady(service, 'dated')
      const response = await fetch(`${service.url}/api/v1/resources/dated/status`)
      await response.arrayBuffer()
      const observedAt = Date.parse(response.headers.get('x-observed-at') ?? '')
      assert.ok(Math.abs(Date.now() - observedAt) < 120_000)
      await remove(service, 'dated')
    })
  })
}
