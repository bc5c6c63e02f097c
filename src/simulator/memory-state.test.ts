/** What controllers and the API server rely on in the state: versions, events, history. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { type MemoryState, openState } from './memory-state.ts'
import type { StateChange, StoredObject } from './state.ts'

const { ConfigMap, Deployment, Namespace } = RESOURCES
const HOME = { namespace: 'default', name: 'a' }

function open(historyLength = 100): MemoryState {
  let uids = 0
  return openState({ now: () => 0, newUid: () => `uid-${++uids}`, historyLength })
}

function configMap(data: Readonly<Record<string, string>> = {}): KubeObject {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: HOME, data }
  return object
}

function deployment(replicas: number, status: object = {}): KubeObject {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: HOME, spec: { replicas }, status }
  return object
}

describe('the state of the built-in cluster', () => {
  it('begins with the namespaces that every cluster has', () => {
    const names = open()
      .list(Namespace)
      .map(({ metadata }) => metadata.name)
    assert.deepEqual(names, ['default', 'kube-node-lease', 'kube-public', 'kube-system'])
  })

  it('tells of each change at once, in order, with what was before, and of nothing that is none', () => {
    const state = open()
    const changes: StateChange[] = []
    using _ = state.subscribe((change) => void changes.push(change))
    state.create(ConfigMap, configMap({ x: '1' }))
    state.update(ConfigMap, configMap({ x: '2' }))
    state.update(ConfigMap, configMap({ x: '2' }))
    state.delete(ConfigMap, HOME)
    assert.deepEqual(
      changes.map(({ type, object, previous }) => [type, object['data'], previous?.['data']]),
      [
        ['ADDED', { x: '1' }, undefined],
        ['MODIFIED', { x: '2' }, { x: '1' }],
        ['DELETED', { x: '2' }, { x: '2' }],
      ],
    )
    const versions = changes.map(({ object }) => Number(object.metadata.resourceVersion))
    assert.deepEqual(versions, [state.version - 2, state.version - 1, state.version])
  })

  it('stops telling a listener that is disposed of', () => {
    const state = open()
    const changes: StateChange[] = []
    state.subscribe((change) => void changes.push(change))[Symbol.dispose]()
    state.create(ConfigMap, configMap())
    assert.deepEqual(changes, [])
  })

  it('keeps what it holds safe from those who read it', () => {
    const state = open()
    const { metadata } = state.create(ConfigMap, {
      ...configMap(),
      metadata: { ...HOME, labels: { a: 'b' } },
    })
    assert.throws(() => Object.assign(metadata.labels ?? {}, { a: 'c' }), TypeError)
  })

  it('leaves the status to updateStatus and the generation to the spec', () => {
    const state = open()
    state.create(Deployment, deployment(1))
    const observed = state.updateStatus(Deployment, HOME, { replicas: 1 })
    assert.equal(observed.metadata.generation, 1)
    const scaled = state.update(Deployment, deployment(2, { replicas: 9 }))
    assert.equal(scaled.metadata.generation, 2)
    assert.deepEqual(scaled.status, { replicas: 1 })
  })

  it('lets a namespace go that is deleting, when its last finalizer is gone', () => {
    const state = open()
    state.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'home' } })
    const deleting = state.delete(Namespace, { name: 'home' })
    assert.equal(deleting.status?.['phase'], 'Terminating')
    const emptied: StoredObject = { ...deleting, spec: { finalizers: [] } }
    state.update(Namespace, emptied)
    assert.equal(state.get(Namespace, { name: 'home' }), undefined)
  })

  it('lists one namespace or all, in order', () => {
    const state = open()
    for (const [namespace, name] of [
      ['kube-public', 'b'],
      ['default', 'z'],
      ['default', 'a'],
    ] as const)
      state.create(ConfigMap, { ...configMap(), metadata: { namespace, name } })
    const names = (namespace?: string): string =>
      state
        .list(ConfigMap, namespace)
        .map(({ metadata }) => metadata.name)
        .join(' ')
    assert.equal(names(), 'a z b')
    assert.equal(names('default'), 'a z')
    assert.equal(names('none'), '')
  })

  it('remembers at least as many changes as it was told to, and forgets older ones', () => {
    const state = open(10)
    const start = state.version
    state.create(ConfigMap, configMap())
    for (let i = 0; i < 9; i++) state.update(ConfigMap, configMap({ x: String(i) }))
    assert.equal(state.changesSince(start)?.length, 10)
    for (let i = 0; i < 100; i++) state.update(ConfigMap, configMap({ x: `later ${i}` }))
    assert.equal(state.changesSince(start), undefined)
    assert.equal(state.changesSince(state.version - 10)?.length, 10)
  })

  it('knows what a collection was at any version that it remembers', () => {
    const state = open()
    state.create(ConfigMap, configMap({ x: '1' }))
    const then = state.version
    state.update(ConfigMap, configMap({ x: '2' }))
    state.delete(ConfigMap, HOME)
    state.create(ConfigMap, { ...configMap(), metadata: { ...HOME, name: 'b' } })
    const past = state.listAt(ConfigMap, then)
    assert.deepEqual(
      past?.map(({ metadata, ...rest }) => [metadata.name, rest['data']]),
      [['a', { x: '1' }]],
    )
  })
})
