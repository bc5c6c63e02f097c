import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KubeObject } from '../model/kubernetes.ts'
import { differencesOf } from './differences.ts'

const object = (content: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'x' },
  ...content,
})
const pathsOf = (wanted: object, live: object): readonly string[] =>
  differencesOf(object(wanted), object(live)).map(({ path }) => path)
const container = (content: object): object => ({ spec: { template: { spec: { containers: [content] } } } })

describe('differences', () => {
  it('take one amount for another that is written differently, and only where amounts stand', () => {
    const cpu = (text: unknown): object => container({ name: 'a', resources: { limits: { cpu: text } } })
    assert.deepEqual(pathsOf(cpu('0.5'), cpu('500m')), [])
    assert.deepEqual(pathsOf(cpu('1'), cpu('1001m')), [
      'spec.template.spec.containers[name=a].resources.limits.cpu',
    ])
    assert.deepEqual(pathsOf({ data: { share: '0.5' } }, { data: { share: '500m' } }), ['data.share'])
  })

  it('do not mind saying nothing in another way', () => {
    assert.deepEqual(pathsOf({ metadata: { name: 'x', labels: {}, finalizers: [] } }, {}), [])
    assert.deepEqual(pathsOf({ spec: { clusterIP: '', a: null, b: undefined } }, { spec: {} }), [])
  })

  it('mind an empty text among keys of the writer, and an empty object that is a choice', () => {
    assert.deepEqual(pathsOf({ data: { A: '' } }, { data: {} }), ['data.A'])
    assert.deepEqual(
      pathsOf({ spec: { volumes: [{ name: 'v', emptyDir: {} }] } }, { spec: { volumes: [{ name: 'v' }] } }),
      ['spec.volumes[name=v].emptyDir'],
    )
  })

  it('mind false where it is not there: the default may be true', () => {
    assert.deepEqual(pathsOf({ automountServiceAccountToken: false }, {}), ['automountServiceAccountToken'])
  })

  it('find the items of a keyed list in any order, beside those of others', () => {
    const env = (...names: readonly string[]): object =>
      container({ name: 'a', env: names.map((name) => ({ name, value: name })) })
    assert.deepEqual(pathsOf(env('A', 'B'), env('C', 'B', 'A')), [])
    assert.deepEqual(pathsOf(env('A', 'B'), env('A')), ['spec.template.spec.containers[name=a].env[name=B]'])
  })

  it('tell ports apart by number and protocol, TCP when none is given', () => {
    const dns = {
      spec: {
        ports: [
          { port: 53, protocol: 'TCP', targetPort: 1 },
          { port: 53, protocol: 'UDP', targetPort: 2 },
        ],
      },
    }
    assert.deepEqual(pathsOf({ spec: { ports: [{ port: 53, targetPort: 1 }] } }, dns), [])
    assert.deepEqual(pathsOf({ spec: { ports: [{ port: 53, protocol: 'UDP', targetPort: 1 }] } }, dns), [
      'spec.ports[port=53,protocol=UDP].targetPort',
    ])
  })

  it('compare any other list as a whole, in its order', () => {
    const command = (...words: readonly string[]): object => container({ name: 'a', command: words })
    assert.deepEqual(pathsOf(command('a', 'b'), command('a', 'b')), [])
    assert.equal(pathsOf(command('a', 'b'), command('b', 'a')).length, 2)
    assert.deepEqual(pathsOf(command('a'), command('a', 'b')), [
      'spec.template.spec.containers[name=a].command',
    ])
  })

  it('leave finalizers of others alone', () => {
    const held = (...finalizers: readonly string[]): object => ({ metadata: { name: 'x', finalizers } })
    assert.deepEqual(pathsOf(held('ours'), held('theirs', 'ours')), [])
    assert.deepEqual(pathsOf(held('ours'), held('theirs')), ['metadata.finalizers'])
  })

  it('name a field with a dot in it so that it can be read', () => {
    const [found] = differencesOf(object({ metadata: { name: 'x', labels: { 'a.b/c': '1' } } }), object({}))
    assert.deepEqual(found, { path: 'metadata.labels', wanted: { 'a.b/c': '1' }, live: undefined })
    assert.deepEqual(
      pathsOf(
        { metadata: { name: 'x', labels: { 'a.b/c': '1' } } },
        { metadata: { name: 'x', labels: { d: '2' } } },
      ),
      ['metadata.labels["a.b/c"]'],
    )
  })

  it('do not find inherited properties', () => {
    assert.deepEqual(pathsOf({ data: { toString: 'x', constructor: 'y' } }, { data: { a: 'b' } }), [
      'data.toString',
      'data.constructor',
    ])
  })

  it('see what somebody adds to a rule of a route or of the network', () => {
    const route = (more: object): object => ({ spec: { rules: [{ backendRefs: [{ name: 'a' }], ...more }] } })
    assert.deepEqual(pathsOf(route({}), route({})), [])
    assert.deepEqual(pathsOf(route({}), route({ filters: [{ type: 'RequestMirror' }] })), [
      'spec.rules[0].filters',
    ])
    const from = (more: object): object => ({ spec: { ingress: [{ from: [{ podSelector: {}, ...more }] }] } })
    assert.deepEqual(pathsOf(from({}), from({ namespaceSelector: {} })), [
      'spec.ingress[0].from[0].namespaceSelector',
    ])
    assert.deepEqual(pathsOf({ spec: { ingress: [] } }, { spec: { ingress: [{}] } }), ['spec.ingress'])
  })
})
