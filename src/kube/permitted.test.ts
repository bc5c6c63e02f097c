/** Tests that whoever may write no more sends nothing, not even what was waiting for a connection. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { openKubeAt } from '../../test/support/kube-at.ts'
import { json, openScriptedServer, status } from '../../test/support/scripted-server.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { permitted } from './permitted.ts'

const acme = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } }
const key = { name: 'acme' }

/** A rule that a test can end. */
function rule(): { permit: () => void; end: () => void } {
  let over = false
  return {
    permit() {
      if (over) throw new Error('no more')
    },
    end: () => (over = true),
  }
}

describe('a Kube with a rule for writes', () => {
  it('refuses every kind of write once the rule does, and sends none; reads go on', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const { permit, end } = rule()
    const kube = permitted(at.kube, { permit })
    server.script(json(200, acme))
    await kube.apply(acme, { manager: 'us' })
    end()
    for (const write of [
      kube.create(acme),
      kube.apply(acme, { manager: 'us' }),
      kube.patch(RESOURCES.Namespace, key, { type: 'merge', body: {}, manager: 'us' }),
      kube.delete(RESOURCES.Namespace, key),
    ])
      await assert.rejects(write, /no more/u)
    assert.deepEqual(await kube.get(RESOURCES.Namespace, key), acme)
    assert.deepEqual(
      server.received.map(({ method }) => method),
      ['PATCH', 'GET'],
    )
  })

  it('keeps back what waits for a free connection when the rule ends', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url, { tuning: { maxConnections: 1 } })
    const { permit, end } = rule()
    const kube = permitted(at.kube, { permit })
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    server.script(async (response, request) => {
      await gate
      return json(200, acme)(response, request)
    })
    const first = kube.apply(acme, { manager: 'us' })
    await eventually(() => server.received.length === 1, { what: 'the first request' })
    const second = kube.apply(acme, { manager: 'us' })
    end()
    open()
    assert.deepEqual(await first, acme)
    await assert.rejects(second, /^Error: no more$/u)
    assert.equal(server.received.length, 1)
  })

  it('keeps back the repetition of a write that failed', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const { permit, end } = rule()
    server.script((response, request) => {
      end()
      return status(500, 'InternalError')(response, request)
    })
    await assert.rejects(permitted(at.kube, { permit }).apply(acme, { manager: 'us' }), /no more/u)
    assert.equal(server.received.length, 1)
  })

  it('lets a write be answered whose caller was told to stop, and begins none after it', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const stop = new AbortController()
    const cut = new AbortController()
    const kube = permitted(at.kube, { permit: () => undefined, cut: cut.signal })
    const { signal } = stop
    server.script((response, request) => {
      stop.abort(new Error('told to stop'))
      return json(200, acme)(response, request)
    })
    assert.deepEqual(await kube.apply(acme, { manager: 'us', signal }), acme)
    await assert.rejects(kube.apply(acme, { manager: 'us', signal }), /told to stop/u)
    assert.equal(server.received.length, 1)
  })

  it('cuts a write under way when there is no more time for its answer', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    const cut = new AbortController()
    const kube = permitted(at.kube, { permit: () => undefined, cut: cut.signal })
    server.script(() => cut.abort(new Error('too late')))
    await assert.rejects(kube.apply(acme, { manager: 'us' }), /too late/u)
  })
})
