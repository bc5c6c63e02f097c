/** Tests what a request to create or delete a participant does to a cluster. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openWriter, refusal } from '../../test/support/participant-writing.ts'
import { createParticipant, participantIn } from '../../test/support/provisioning.ts'
import { watchWrites } from '../../test/support/watched-writes.ts'
import { NotFoundError, UnavailableError } from '../model/errors.ts'
import { FINALIZER } from '../model/names.ts'
import type { CreateRequest } from '../model/requests.ts'
import { KubeApiError } from './errors.ts'

const ACME: CreateRequest = { participantName: 'acme', did: 'did:web:acme.example' }

const isNothing = (object: unknown): boolean => object === undefined

describe('creating a participant', () => {
  it('makes a Participant with all defaults and the finalizer, and answers with what it consists of', async () => {
    await using setup = await openWriter()
    const answer = await setup.writer.create(ACME)
    const made = await participantIn(setup.kube, 'acme')
    assert.deepEqual(made?.spec, {
      did: 'did:web:acme.example',
      host: 'localhost',
      mode: 'Managed',
      profile: 'default',
      suspended: false,
      deletionPolicy: 'Delete',
    })
    assert.deepEqual(made.metadata.finalizers, [FINALIZER])
    const { uid } = made.metadata
    assert.deepEqual(answer, {
      participantName: 'acme',
      uid,
      objects: { acme: 'Namespace', uid, host: 'localhost' },
    })
  })

  it('is seen at once by whoever reads the cache', async () => {
    await using setup = await openWriter()
    const { uid } = await setup.writer.create(ACME)
    assert.equal(setup.cache.get('acme')?.metadata.uid, uid)
    assert.equal(setup.dids.holderOf(ACME.did)?.metadata.name, 'acme')
  })

  it('takes a host with a scheme and a bare IP address', async () => {
    await using setup = await openWriter()
    await setup.writer.create({ ...ACME, kubeHost: 'https://10.0.0.7/' })
    assert.equal((await participantIn(setup.kube, 'acme'))?.spec.host, '10.0.0.7')
  })

  it('answers the same when the same request comes again, also at the same moment', async () => {
    await using setup = await openWriter()
    const [first, second] = await Promise.all([setup.writer.create(ACME), setup.writer.create(ACME)])
    const third = await setup.writer.create(ACME)
    assert.deepEqual(second, first)
    assert.deepEqual(third, first)
  })
})

describe('deleting a participant', () => {
  it('starts its deletion, and answers the same while it goes', async () => {
    await using setup = await openWriter()
    const created = await setup.writer.create(ACME)
    assert.deepEqual(await setup.writer.delete('acme'), created)
    assert.notEqual(setup.cache.get('acme')?.metadata.deletionTimestamp, undefined)
    assert.deepEqual(await setup.writer.delete('acme'), created)
  })

  it('works for one that the cache does not hold yet', async () => {
    await using setup = await openWriter()
    await createParticipant(setup.kube, 'acme')
    await setup.writer.delete('acme')
    assert.ok(isNothing(await participantIn(setup.kube, 'acme')))
  })

  it('says that there is none, for a name that nobody has or could have', async () => {
    await using setup = await openWriter()
    for (const name of ['acme', '', '../namespaces/default', 'kube-system'])
      await assert.rejects(setup.writer.delete(name), NotFoundError)
  })

  it('is refused for one that is only observed', async () => {
    await using setup = await openWriter()
    await createParticipant(setup.kube, 'acme', { mode: 'Observed' })
    const { code, message } = await refusal(setup.writer.delete('acme'))
    assert.equal(code, 'ObservedOnly')
    assert.match(message, /only observed \(mode Observed\), so it is not ours to delete/u)
    assert.ok(!isNothing(await participantIn(setup.kube, 'acme')))
  })

  it('never hits a namesake that took its place', async () => {
    await using setup = await openWriter({
      wrap: (kube) => ({
        ...watchWrites(kube, {}),
        delete: async (resource, key, options) => {
          await kube.delete(resource, key)
          await createParticipant(kube, 'acme')
          return await kube.delete(resource, key, options)
        },
      }),
    })
    await createParticipant(setup.kube, 'acme')
    await assert.rejects(
      setup.writer.delete('acme'),
      /"acme" was changed by somebody else just now; ask again/u,
    )
    assert.equal((await participantIn(setup.kube, 'acme'))?.metadata.deletionTimestamp, undefined)
  })
})

describe('a preview', () => {
  it('answers what would be made, without a uid, and writes nothing', async () => {
    await using setup = await openWriter()
    const answer = await setup.writer.preview({ ...ACME, kubeHost: 'http://host.example' })
    assert.deepEqual(answer, {
      participantName: 'acme',
      uid: '',
      objects: { acme: 'Namespace', uid: '', host: 'host.example' },
    })
    assert.ok(isNothing(await participantIn(setup.kube, 'acme')))
  })
})

describe('a write that the API server does not carry out', () => {
  it('is answered within the deadline when the API server is silent', async () => {
    await using setup = await openWriter({
      deadlineMs: 30,
      wrap: (kube) => ({
        ...watchWrites(kube, {}),
        create: (_object, { signal } = {}) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason as Error))
          }),
      }),
    })
    await assert.rejects(
      setup.writer.create(ACME),
      (error) => error instanceof UnavailableError && /did not answer within 30 ms/u.test(error.message),
    )
    assert.ok(isNothing(await participantIn(setup.kube, 'acme')))
  })

  for (const { code, reason, says } of [
    { code: 403, reason: 'Forbidden', says: /lacks a permission in the cluster/u },
    { code: 404, reason: 'NotFound', says: /install the CustomResourceDefinition/u },
    { code: 429, reason: 'TooManyRequests', says: /is busy; ask again later/u },
    { code: 503, reason: 'ServiceUnavailable', says: /failed; ask again later/u },
  ]) {
    it(`is unavailable, in words without internals, when it answers ${code} ${reason}`, async () => {
      await using setup = await openWriter({
        wrap: (kube) =>
          watchWrites(kube, {
            before: () => {
              throw new KubeApiError({ code, reason, message: 'internals', causes: [], request: 'POST /x' })
            },
          }),
      })
      await assert.rejects(setup.writer.create(ACME), (error) => {
        assert.ok(error instanceof UnavailableError)
        assert.match(error.message, says)
        assert.doesNotMatch(error.message, /internals/u)
        return true
      })
    })
  }
})
