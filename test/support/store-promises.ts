/** What every StatusStore promises. Each home of the store runs this; a new one starts by making it pass. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Phase } from '../../src/model/participant.ts'
import type { StatusRecord, StatusStore } from '../../src/store/store.ts'

function aRecord(name: string, differs: Partial<StatusRecord> = {}): StatusRecord {
  return {
    name,
    uid: `uid-${name}`,
    did: `did:web:${name}.example`,
    status: 'READY',
    lastUpdated: '2026-01-01T00:00:00Z',
    body: new TextEncoder().encode(`{"participantName":"${name}"}`),
    etag: `"${name}"`,
    resourceVersion: '10',
    ...differs,
  }
}

export function storeKeepsItsPromises(name: string, open: () => Promise<StatusStore>): void {
  const list = async (store: StatusStore, statuses: readonly Phase[] = []): Promise<readonly string[]> =>
    (await store.list({ statuses, page: 1, limit: 100 })).items.map((item) => item.name)

  describe(`the ${name} store`, () => {
    it('gives back what was put, byte for byte', async () => {
      await using store = await open()
      await store.put(aRecord('acme'))
      const held = await store.get('acme')
      assert.deepEqual(Buffer.from(held?.body ?? []), Buffer.from(aRecord('acme').body))
      assert.equal(held?.etag, '"acme"')
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

    it('takes the answer about a participant that was deleted and created again', async () => {
      await using store = await open()
      await store.put(aRecord('acme', { uid: 'first', resourceVersion: '100' }))
      await store.put(aRecord('acme', { uid: 'second', resourceVersion: '5', status: 'PROVISIONING' }))
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
  })
}
