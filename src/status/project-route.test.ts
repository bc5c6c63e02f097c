import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { KubeObject } from '../model/kubernetes.ts'
import type { ObservedRoute } from '../model/observed.ts'
import { projectRoute } from './project-route.ts'

const ingress = (spec: object, status?: object): KubeObject =>
  ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'acme' },
    spec,
    ...(status && { status }),
  }) as KubeObject

const httpRoute = (spec: object, status?: object): KubeObject =>
  ({ ...ingress(spec, status), apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' }) as KubeObject

/** `Accepted=True` and the like. */
const condition = (says: string, reason = '', message = ''): object => {
  const [type, status] = says.split('=')
  return { type, status, reason, message }
}
const accepted = condition('Accepted=True', 'Accepted')
const resolved = condition('ResolvedRefs=True', 'ResolvedRefs')
const PUBLIC = { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'edge', name: 'public' }

/** An HTTPRoute that asks for the gateway `edge/public`, of which each of these says something. */
const judgedBy = (...parents: readonly object[]): ObservedRoute =>
  projectRoute(httpRoute({ parentRefs: [PUBLIC] }, { parents }))
const at = (...conditions: readonly object[]): object => ({ parentRef: PUBLIC, conditions })

describe('of an Ingress is kept', () => {
  it('each host of its rules once, rules without a host left out', () => {
    const rules = [{ host: 'a.example' }, { http: {} }, { host: 'b.example' }, { host: 'a.example' }]
    assert.deepEqual(projectRoute(ingress({ rules })).hosts, ['a.example', 'b.example'])
  })

  it('that it is accepted, once its controller has given it an address', () => {
    for (const address of [{ ip: '203.0.113.7' }, { hostname: 'lb.example' }]) {
      const route = projectRoute(ingress({}, { loadBalancer: { ingress: [address] } }))
      assert.deepEqual([route.accepted, route.message], [true, ''])
    }
  })

  it('that it is not without an address, and that this may mean nothing', () => {
    for (const status of [undefined, {}, { loadBalancer: {} }, { loadBalancer: { ingress: [] } }]) {
      const route = projectRoute(ingress({}, status))
      assert.equal(route.accepted, false)
      assert.match(route.message, /no ingress controller has given it an address; many give none/u)
    }
  })
})

describe('of an HTTPRoute is kept', () => {
  it('its host names', () => {
    const { kind, namespace, name, hosts } = projectRoute(
      httpRoute({ hostnames: ['a.example', 'a.example'] }),
    )
    assert.deepEqual(
      { kind, namespace, name, hosts },
      {
        kind: 'HTTPRoute',
        namespace: 'acme',
        name: 'web',
        hosts: ['a.example'],
      },
    )
  })

  it('that it is accepted, when one parent accepts it and misses nothing', () => {
    assert.equal(judgedBy(at(accepted, resolved)).accepted, true)
    assert.equal(judgedBy(at(accepted)).accepted, true)
    assert.equal(judgedBy(at(condition('Accepted=False')), at(accepted)).accepted, true)
  })

  it('who refuses it, and why', () => {
    const refusal = condition('Accepted=False', 'NotAllowedByListeners', 'not from this namespace')
    const { accepted: isAccepted, message } = judgedBy(at(refusal, resolved))
    assert.equal(isAccepted, false)
    assert.equal(
      message,
      'Gateway edge/public does not accept it (NotAllowedByListeners): not from this namespace',
    )
  })

  it('what cannot be resolved, although it is accepted', () => {
    const missing = condition('ResolvedRefs=False', 'BackendNotFound', 'service "web" not found')
    const { accepted: isAccepted, message } = judgedBy(at(accepted, missing))
    assert.equal(isAccepted, false)
    assert.equal(
      message,
      'Gateway edge/public cannot resolve what it refers to (BackendNotFound): service "web" not found',
    )
  })

  it('that two halves at two parents make no whole', () => {
    const half = at(accepted, condition('ResolvedRefs=False', 'BackendNotFound'))
    const other = { parentRef: { name: 'inner' }, conditions: [condition('Accepted=False'), resolved] }
    const { accepted: isAccepted, message } = judgedBy(half, other)
    assert.equal(isAccepted, false)
    assert.match(message, /Gateway edge\/public cannot .*; Gateway inner does not accept it$/u)
  })

  it('which gateway has not answered yet', () => {
    assert.equal(judgedBy().message, 'nobody has taken it on yet for Gateway edge/public')
    assert.equal(judgedBy(at()).message, 'Gateway edge/public has not accepted it yet')
    assert.equal(
      judgedBy(at(condition('Accepted=Unknown', 'Pending'))).message,
      'Gateway edge/public has not accepted it yet (Pending)',
    )
  })

  it('that it names no gateway', () =>
    assert.equal(projectRoute(httpRoute({})).message, 'it names no gateway in spec.parentRefs'))

  it('the words of a controller in one line, without secrets', () => {
    const said = 'Get "https://user:hunter2@backend/":\nrefused'
    const { message } = judgedBy(at(condition('Accepted=False', 'Invalid', said)))
    assert.doesNotMatch(message, /hunter2|\n/u)
    assert.match(message, /refused$/u)
  })
})

const WHOLE: readonly KubeObject[] = [
  ingress({ rules: [{ host: 'a.example' }] }, { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } }),
  httpRoute(
    { hostnames: ['a.example'], parentRefs: [PUBLIC] },
    { parents: [at(accepted, resolved), at(condition('Accepted=False', 'Invalid', 'no'))] },
  ),
]

type Path = readonly string[]

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...pathsOf(inner, [...path, key])])
}

function without(value: unknown, [key = '', ...rest]: Path, isNull: boolean): unknown {
  const entries = Object.entries(value as object).flatMap(([name, inner]): [string, unknown][] => {
    if (name !== key) return [[name, inner]]
    if (rest.length > 0) return [[name, without(inner, rest, isNull)]]
    return isNull ? [[name, null]] : []
  })
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)
}

describe('a route with any fields missing, or null', () => {
  it('is still a route, and says something unless it is accepted', () =>
    fc.assert(
      fc.property(fc.constantFrom(...WHOLE), fc.array(fc.tuple(fc.nat(), fc.boolean())), (whole, losses) => {
        let object: unknown = whole
        for (const [which, isNull] of losses) {
          const paths = pathsOf(object)
          const path = paths[which % Math.max(1, paths.length)]
          if (path !== undefined) object = without(object, path, isNull)
        }
        const route = projectRoute(object as KubeObject)
        assert.equal(route.message === '', route.accepted)
        for (const text of [route.kind, route.namespace, route.name, ...route.hosts])
          assert.equal(typeof text, 'string')
      }),
      { numRuns: 500 },
    ))
})
