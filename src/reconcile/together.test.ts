/** Tests what is read once for many participants, and that nothing is written on it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countingKube } from '../../test/support/counting-kube.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { PARTICIPANT_LABEL } from '../model/names.ts'
import { readTogether } from './together.ts'

const NAMES = ['acme', 'globex']
const { Namespace, Secret, Service } = RESOURCES
const { signal } = new AbortController()

/** Of a participant: a namespace, or an object in it. */
function anObject(kind: string, participant: string, name = participant): KubeObject {
  const place = kind === 'Namespace' ? {} : { namespace: participant }
  const labels = { [PARTICIPANT_LABEL]: participant }
  return { apiVersion: 'v1', kind, metadata: { name, labels, ...place } }
}

const OBJECTS = [...NAMES, 'other'].flatMap((name) => [
  anObject('Namespace', name),
  anObject('Service', name, 'hub'),
])

function open(objects: readonly KubeObject[] = OBJECTS) {
  const { kube, calls } = countingKube(objects)
  return { shared: readTogether(kube, NAMES, signal), calls }
}

describe('reading for many participants together', () => {
  it('lists a kind once, and gives each what is in its own namespace', async () => {
    const { shared, calls } = open()
    const lists = await Promise.all(
      [...NAMES, ...NAMES].map((namespace) => shared.list(Service, { namespace })),
    )
    assert.deepEqual(
      lists.map(({ items }) => items.map(({ metadata }) => metadata.namespace)),
      [['acme'], ['globex'], ['acme'], ['globex']],
    )
    assert.deepEqual(calls, ['list Service everywhere'])
  })

  it('finds namespaces in one list, and asks for one that seems to be missing by itself', async () => {
    const stranger = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'globex' } }
    const { shared, calls } = open([anObject('Namespace', 'acme'), stranger])
    assert.equal((await shared.get(Namespace, { name: 'acme' }))?.metadata.name, 'acme')
    assert.equal((await shared.get(Namespace, { name: 'globex' }))?.metadata.name, 'globex')
    assert.deepEqual(calls, ['list Namespace everywhere', 'get Namespace globex'])
  })

  it('asks for every other object by itself, as nobody may list Secrets', async () => {
    const { shared, calls } = open([anObject('Secret', 'acme', 'keys')])
    const key = { namespace: 'acme', name: 'keys' }
    assert.equal((await shared.get(Secret, key))?.metadata.name, 'keys')
    assert.deepEqual(calls, ['get Secret acme/keys'])
  })

  it('passes on what is about others, or asks for less than a whole namespace', async () => {
    const { shared, calls } = open()
    await shared.list(Service, { namespace: 'other' })
    await shared.list(Service, { namespace: 'acme', labelSelector: `${PARTICIPANT_LABEL} in (acme)` })
    await shared.list(Service, { namespace: 'acme', fieldSelector: 'metadata.name=hub' })
    await shared.list(Service)
    assert.deepEqual(calls, [
      'list Service in other',
      'list Service in acme',
      'list Service in acme',
      'list Service everywhere',
    ])
  })

  it('gives everybody the failure of a list that they share', async () => {
    const { kube } = countingKube()
    const failing = { ...kube, list: () => Promise.reject(new Error('too busy')) }
    const shared = readTogether(failing, NAMES, signal)
    for (const namespace of NAMES) await assert.rejects(shared.list(Service, { namespace }), /too busy/u)
  })

  it('refuses every write: what lacks the label seems to be missing', async () => {
    const { shared } = open()
    const object = anObject('Service', 'acme', 'hub')
    const key = { namespace: 'acme', name: 'hub' }
    const manager = 'test'
    for (const write of [
      () => shared.create(object),
      () => shared.apply(object, { manager }),
      () => shared.patch(Service, key, { type: 'merge', body: {}, manager }),
      () => shared.delete(Service, key),
    ])
      await assert.rejects(write(), { name: 'NotConfirmedError' })
  })
})
