/** What every StatusStore promises. Each home of the store runs this; a new one starts by making it pass. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Phase } from '../../src/model/participant.ts'
import { HISTORY_LENGTH } from '../../src/store/history.ts'
import type { StatusStore } from '../../src/store/store.ts'
import { anAnswer as aRecord } from './answer-records.ts'

export function storeKeepsItsPromises(name: string, open: () => Promise<StatusStore>): void {
  const list = async (store: StatusStore, statuses: readonly Phase[] = []): Promise<readonly string[]> =>
    (await store.list({ statuses, page: 1, limit: 100 })).items.map((item) => item.name)

  describe(`the ${name} store`, () => {
    it('gives back what was put, byte for byte', async () => {
      await using store = await open()
      await store.put(aRecord('acme'))
      const held = await store.get('acme')
      assert.deepEqual(Buffer.from(held?.body ?? []), Buffer.from(aRecord('acme').body))
      assert.deepEqual({ ...held, body: undefined }, { ...aRecord('acme'), body: undefined })
    })

    it('keeps text and bytes that are not plain ASCII', async () => {
      await using store = await open()
      const body = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      const message = 'grün, "quoted", \\ and \n 🚀'
      await store.put(aRecord('acme', { body, message }))
      const held = await store.get('acme')
      assert.deepEqual(Buffer.from(held?.body ?? []), Buffer.from(body))
      assert.equal(held?.message, message)
      assert.equal((await store.history('acme'))[0]?.message, message)
    })

    it('knows nothing of a name that was never put', async () => {
      await using store = await open()
      assert.equal(await store.get('nobody'), undefined)
    })

    it('keeps the newer answer when an older one arrives late', async () => {
      await using store = await open()
      await store.put(aRecord('acme', { resourceVersion: '100', status: 'READY' }))
      await store.put(aRecord('acme', { resourceVersion: '99', status: 'PROVISIONING' }))
      assert.equal((await store.get('acme'))?.status, 'READY')
      assert.deepEqual(await list(store, ['PROVISIONING']), [])
    })

    it('compares versions as numbers, however long', async () => {
      await using store = await open()
      const long = '123456789012345678901234567890'
      await store.put(aRecord('acme', { resourceVersion: '99', status: 'PROVISIONING' }))
      await store.put(aRecord('acme', { resourceVersion: '100', status: 'READY' }))
      await store.put(aRecord('acme', { resourceVersion: '0099', status: 'FAILED' }))
      assert.equal((await store.get('acme'))?.status, 'READY')
      await store.put(aRecord('acme', { resourceVersion: `${long}1`, status: 'DEGRADED' }))
      await store.put(aRecord('acme', { resourceVersion: `${long}0`, status: 'FAILED' }))
      assert.equal((await store.get('acme'))?.status, 'DEGRADED')
      assert.equal((await store.get('acme'))?.resourceVersion, `${long}1`)
    })

    it('takes the later one of two answers about the same version', async () => {
      await using store = await open()
      await store.put(aRecord('acme', { status: 'PROVISIONING' }))
      await store.put(aRecord('acme', { status: 'READY' }))
      assert.equal((await store.get('acme'))?.status, 'READY')
    })

    it('takes the answer about a participant that was deleted and created again', async () => {
      await using store = await open()
      await store.put(aRecord('acme', { uid: 'first', resourceVersion: '100' }))
      await store.put(aRecord('acme', { uid: 'second', resourceVersion: '105', status: 'PROVISIONING' }))
      assert.equal((await store.get('acme'))?.uid, 'second')
      assert.deepEqual(await list(store, ['READY']), [])
    })

    it('refuses a late answer about the one that had the name before', async () => {
      await using store = await open()
      await store.put(aRecord('acme', { uid: 'second', resourceVersion: '105', status: 'PROVISIONING' }))
      await store.put(aRecord('acme', { uid: 'first', resourceVersion: '101' }))
      assert.equal((await store.get('acme'))?.uid, 'second')
      assert.deepEqual(await list(store, ['PROVISIONING']), ['acme'])
    })

    it('takes whoever has the name after a removal, whatever the version', async () => {
      await using store = await open()
      await store.put(aRecord('acme', { uid: 'first', resourceVersion: '100' }))
      await store.remove('acme', 'first')
      await store.put(aRecord('acme', { uid: 'second', resourceVersion: '5' }))
      assert.equal((await store.get('acme'))?.uid, 'second')
    })

    it('removes only the participant that is meant', async () => {
      await using store = await open()
      await store.put(aRecord('acme', { uid: 'second' }))
      await store.remove('acme', 'first')
      assert.ok(await store.get('acme'))
      await store.remove('acme', 'second')
      assert.equal(await store.get('acme'), undefined)
      assert.deepEqual(await list(store), [])
    })

    it('lists by name, whatever the order of arrival', async () => {
      await using store = await open()
      for (const each of ['cedar', 'acme', 'birch', '1a', 'a-b']) await store.put(aRecord(each))
      assert.deepEqual(await list(store), ['1a', 'a-b', 'acme', 'birch', 'cedar'])
    })

    it('lists by status, and follows a participant from one status to another', async () => {
      await using store = await open()
      await store.put(aRecord('acme', { status: 'PROVISIONING' }))
      await store.put(aRecord('birch', { status: 'FAILED' }))
      await store.put(aRecord('acme', { status: 'READY', resourceVersion: '11' }))
      assert.deepEqual(await list(store, ['READY']), ['acme'])
      assert.deepEqual(await list(store, ['PROVISIONING']), [])
      assert.deepEqual(await list(store, ['READY', 'FAILED']), ['acme', 'birch'])
      assert.deepEqual(await list(store, ['NOT_FOUND']), [])
      assert.deepEqual(await list(store, ['READY', 'READY']), ['acme'])
    })

    it('cuts pages of several states in the order of their names', async () => {
      await using store = await open()
      for (const [index, name] of ['delta', 'alpha', 'echo', 'bravo', 'charlie'].entries())
        await store.put(aRecord(name, { status: index % 2 === 0 ? 'FAILED' : 'READY' }))
      await store.put(aRecord('other', { status: 'DELETING' }))
      const page = await store.list({ statuses: ['READY', 'FAILED'], page: 2, limit: 2 })
      assert.equal(page.total, 5)
      assert.deepEqual(page.items, [
        { name: 'charlie', status: 'FAILED', lastUpdated: '2026-01-01T00:00:00Z' },
        { name: 'delta', status: 'FAILED', lastUpdated: '2026-01-01T00:00:00Z' },
      ])
    })

    it('cuts pages and always tells the whole number of matches', async () => {
      await using store = await open()
      for (let index = 0; index < 25; index += 1)
        await store.put(aRecord(`p${String(index).padStart(2, '0')}`))
      const page = await store.list({ statuses: [], page: 3, limit: 10 })
      assert.equal(page.total, 25)
      assert.deepEqual(
        page.items.map((item) => item.name),
        ['p20', 'p21', 'p22', 'p23', 'p24'],
      )
      assert.deepEqual(await store.list({ statuses: [], page: Number.MAX_SAFE_INTEGER, limit: 100 }), {
        total: 25,
        items: [],
      })
    })

    it('tells how a participant came to its state, and nothing of what only repeats', async () => {
      await using store = await open()
      const at = (second: number): string => `2026-01-01T00:00:0${second}Z`
      await store.put(aRecord('acme', { status: 'PROVISIONING', reason: 'Creating', lastUpdated: at(1) }))
      await store.put(aRecord('acme', { status: 'PROVISIONING', reason: 'Creating', lastUpdated: at(2) }))
      await store.put(
        aRecord('acme', { status: 'PROVISIONING', reason: 'ComponentsStarting', lastUpdated: at(3) }),
      )
      await store.put(aRecord('acme', { lastUpdated: at(4), message: 'fine' }))
      assert.deepEqual(await store.history('acme'), [
        {
          at: at(1),
          status: 'PROVISIONING',
          reason: 'Creating',
          message: 'All components are running and ready',
        },
        {
          at: at(3),
          status: 'PROVISIONING',
          reason: 'ComponentsStarting',
          message: 'All components are running and ready',
        },
        { at: at(4), status: 'READY', reason: 'AllComponentsReady', message: 'fine' },
      ])
      assert.deepEqual(await store.history('nobody'), [])
    })

    it('tells nothing of an answer that came too late', async () => {
      await using store = await open()
      await store.put(aRecord('acme', { resourceVersion: '100' }))
      await store.put(aRecord('acme', { resourceVersion: '99', status: 'FAILED' }))
      assert.equal((await store.history('acme')).length, 1)
    })

    it(`tells the last ${HISTORY_LENGTH} changes, oldest first`, async () => {
      await using store = await open()
      for (let index = 0; index < HISTORY_LENGTH + 8; index += 1)
        await store.put(aRecord('acme', { reason: `Reason${index}` }))
      const reasons = (await store.history('acme')).map(({ reason }) => reason)
      assert.equal(reasons.length, HISTORY_LENGTH)
      assert.deepEqual([reasons[0], reasons.at(-1)], ['Reason8', `Reason${HISTORY_LENGTH + 7}`])
    })

    it('tells of a participant nothing that happened to the one that had its name before', async () => {
      await using store = await open()
      await store.put(aRecord('acme', { uid: 'first', status: 'FAILED' }))
      await store.put(aRecord('acme', { uid: 'second', resourceVersion: '11' }))
      assert.deepEqual(
        (await store.history('acme')).map(({ status }) => status),
        ['READY'],
      )
      await store.remove('acme', 'second')
      assert.deepEqual(await store.history('acme'), [])
    })
  })
}
