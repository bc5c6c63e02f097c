/** Tests which creations are refused, and that the sentence says what to do. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openWriter, refusal } from '../../test/support/participant-writing.ts'
import { createParticipant, participantIn } from '../../test/support/provisioning.ts'
import { watchWrites } from '../../test/support/watched-writes.ts'
import type { RefusalCode } from '../model/errors.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { OWNER_ANNOTATION, PARTICIPANT_LABEL } from '../model/names.ts'
import type { CreateRequest } from '../model/requests.ts'

const ACME: CreateRequest = { participantName: 'acme', did: 'did:web:acme.example' }

const isNothing = (object: unknown): boolean => object === undefined

describe('creating a participant', () => {
  const invalid: readonly {
    readonly request: CreateRequest
    readonly code: RefusalCode
    readonly says: RegExp
  }[] = [
    { request: { ...ACME, participantName: '' }, code: 'InvalidName', says: /participantName is empty/u },
    {
      request: { ...ACME, participantName: 'a---\n' },
      code: 'InvalidName',
      says: /must consist of a-z, 0-9 and "-"/u,
    },
    {
      request: { ...ACME, participantName: 'kube-system' },
      code: 'InvalidName',
      says: /"kube-system" is reserved/u,
    },
    { request: { ...ACME, participantName: 'issuer' }, code: 'InvalidName', says: /"issuer" is reserved/u },
    { request: { ...ACME, did: 'acme.example' }, code: 'InvalidDid', says: /did is not a DID/u },
    { request: { ...ACME, kubeHost: 'a b' }, code: 'InvalidHost', says: /kubeHost is not a host/u },
    {
      request: { ...ACME, profile: 'huge' },
      code: 'UnknownProfile',
      says: /no profile "huge"; known are "default", "edge"/u,
    },
  ]
  for (const { request, code, says } of invalid) {
    it(`is refused with ${code} for ${JSON.stringify(request)}, in a preview too, and nothing is written`, async () => {
      await using setup = await openWriter()
      for (const answer of [setup.writer.create(request), setup.writer.preview(request)]) {
        const { code: refused, message } = await refusal(answer)
        assert.equal(refused, code)
        assert.match(message, says)
      }
      assert.deepEqual((await setup.kube.list(RESOURCES.Participant)).items, [])
    })
  }

  it('is refused when the DID belongs to another participant', async () => {
    await using setup = await openWriter()
    await setup.writer.create(ACME)
    const { code, message } = await refusal(setup.writer.create({ ...ACME, participantName: 'beta' }))
    assert.equal(code, 'DidTaken')
    assert.match(message, /did:web:acme\.example belongs to participant "acme"/u)
    assert.ok(isNothing(await participantIn(setup.kube, 'beta')))
  })

  it('gives a DID to one of two who ask at the same moment', async () => {
    await using setup = await openWriter()
    const answers = await Promise.allSettled(
      ['acme', 'beta'].map((participantName) => setup.writer.create({ ...ACME, participantName })),
    )
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    assert.equal((await setup.kube.list(RESOURCES.Participant)).items.length, 1)
  })

  it('can use a DID again that a refused request asked for', async () => {
    await using setup = await openWriter()
    await setup.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'beta' } })
    await refusal(setup.writer.create({ ...ACME, participantName: 'beta' }))
    await setup.writer.create(ACME)
  })

  for (const { whose, metadata } of [
    { whose: "somebody else's", metadata: { name: 'acme' } },
    {
      whose: "an earlier participant's",
      metadata: {
        name: 'acme',
        labels: { [PARTICIPANT_LABEL]: 'acme' },
        annotations: { [OWNER_ANNOTATION]: 'uid-of-before' },
      },
    },
  ]) {
    it(`is refused when a namespace of the name is there that is ${whose}`, async () => {
      await using setup = await openWriter()
      await setup.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata })
      const { code, message } = await refusal(setup.writer.create(ACME))
      assert.equal(code, 'NamespaceForeign')
      assert.match(message, /namespace "acme" exists that belongs to no participant/u)
      assert.ok(isNothing(await participantIn(setup.kube, 'acme')))
    })
  }

  it('is accepted while a namespace of the name is on its way out', async () => {
    await using setup = await openWriter()
    const anchor = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'acme', name: 'anchor', finalizers: ['example.org/hold'] },
    } satisfies KubeObject
    await setup.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } })
    await setup.kube.create(anchor)
    await setup.kube.delete(RESOURCES.Namespace, { name: 'acme' })
    assert.equal((await setup.writer.create(ACME)).participantName, 'acme')
  })

  it('is refused when the name belongs to a participant with another DID', async () => {
    await using setup = await openWriter()
    await setup.writer.create(ACME)
    const { code, message } = await refusal(setup.writer.create({ ...ACME, did: 'did:web:other.example' }))
    assert.equal(code, 'NameTaken')
    assert.match(message, /participant "acme" exists with another DID; choose another name/u)
  })

  for (const { field, change, says } of [
    {
      field: 'host',
      change: { kubeHost: 'dataspace.example' },
      says: /host "localhost" instead of "dataspace\.example"/u,
    },
    { field: 'profile', change: { profile: 'edge' }, says: /profile "default" instead of "edge"/u },
  ]) {
    it(`is refused when the same participant exists with another ${field}, saying how to change it`, async () => {
      await using setup = await openWriter()
      await setup.writer.create(ACME)
      const { code, message } = await refusal(setup.writer.create({ ...ACME, ...change }))
      assert.equal(code, 'NameTaken')
      assert.match(message, says)
      assert.match(message, /kubectl edit participant acme/u)
    })
  }

  it('is refused when the participant exists and is only observed', async () => {
    await using setup = await openWriter()
    await createParticipant(setup.kube, 'acme', { mode: 'Observed' })
    const { code, message } = await refusal(setup.writer.create(ACME))
    assert.equal(code, 'NameTaken')
    assert.match(message, /mode "Observed" instead of "Managed"; a mode cannot be changed/u)
  })

  it('is refused while a participant of the name is still being deleted', async () => {
    await using setup = await openWriter()
    await setup.writer.create(ACME)
    await setup.writer.delete('acme')
    const { code, message } = await refusal(setup.writer.create(ACME))
    assert.equal(code, 'StillDeleting')
    assert.match(message, /"acme" is still being deleted; create it again when its status answers 404/u)
  })

  it('finds out when somebody else creates the name at the same moment', async () => {
    let raced = false
    await using setup = await openWriter({
      wrap: (kube) => ({
        ...watchWrites(kube, {}),
        create: async (object, options) => {
          if (!raced) await createParticipant(kube, 'acme', { did: 'did:web:other.example' })
          raced = true
          return await kube.create(object, options)
        },
      }),
    })
    assert.equal((await refusal(setup.writer.create(ACME))).code, 'NameTaken')
  })
})
