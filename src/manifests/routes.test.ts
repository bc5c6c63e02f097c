import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KubeObject } from '../model/kubernetes.ts'
import type { RouteSettings } from '../model/profile.ts'
import { ENDPOINTS } from './addresses.ts'
import { DEFAULT_PROFILE } from './default-profile.ts'
import { type ManifestInput, renderManifests } from './manifests.ts'

function inputFor(host: string, routes: Partial<RouteSettings> = {}): ManifestInput {
  return {
    name: 'acme',
    uid: 'uid',
    profile: { ...DEFAULT_PROFILE, routes: { ...DEFAULT_PROFILE.routes, ...routes } },
    spec: {
      did: 'did:web:acme.dataspace.example',
      host,
      mode: 'Managed',
      profile: 'default',
      suspended: false,
      deletionPolicy: 'Delete',
    },
  }
}

interface Route extends KubeObject {
  readonly spec: {
    readonly ingressClassName?: string
    readonly tls?: unknown
    readonly parentRefs?: readonly object[]
    readonly hostnames?: readonly string[]
    readonly rules: readonly {
      readonly host?: string
      readonly matches?: readonly { readonly path: { readonly value: string } }[]
      readonly filters?: readonly object[]
      readonly backendRefs?: readonly { readonly name: string; readonly port: number }[]
      readonly http?: {
        readonly paths: readonly {
          readonly path: string
          readonly backend: {
            readonly service: { readonly name: string; readonly port: { readonly number: number } }
          }
        }[]
      }
    }[]
  }
}

function routeFor(input: ManifestInput): Route {
  const [route, ...more] = renderManifests(input).routes.objects
  assert.deepEqual(more, [])
  assert.ok(route)
  return route as Route
}

/** Every Service port that a route leads to. */
function targetsOf({ spec: { rules } }: Route): readonly string[] {
  return rules.flatMap(({ backendRefs = [], http }) => [
    ...backendRefs.map(({ name, port }) => `${name}:${port}`),
    ...(http?.paths ?? []).map(({ backend: { service } }) => `${service.name}:${service.port.number}`),
  ])
}

const PUBLIC = [
  `controlplane:${ENDPOINTS.controlplane.protocol.port}`,
  `identityhub:${ENDPOINTS.identityhub.credentials.port}`,
  `identityhub:${ENDPOINTS.identityhub.did.port}`,
]

describe('the route of a participant', () => {
  for (const [kind, host] of [
    ['gateway', 'dataspace.example'],
    ['gateway', '10.0.0.1'],
    ['ingress', 'dataspace.example'],
  ] as const)
    it(`leads to protocol, credentials and DID documents only: ${kind} for ${host}`, () => {
      assert.deepEqual(targetsOf(routeFor(inputFor(host, { kind }))), PUBLIC)
    })

  it('is for the name of the participant below the host, in lower case and without a port', () => {
    assert.deepEqual(routeFor(inputFor('Dataspace.example:8443')).spec.hostnames, ['acme.dataspace.example'])
    const { rules } = routeFor(inputFor('Dataspace.example:8443', { kind: 'ingress' })).spec
    assert.equal(rules[0]?.host, 'acme.dataspace.example')
  })

  it('is for a path where the host is an address, and takes the path away but for DID documents', () => {
    const { hostnames, rules } = routeFor(inputFor('10.0.0.1:8080')).spec
    assert.equal(hostnames, undefined)
    const rewrite = (path: string): object => ({
      type: 'URLRewrite',
      urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: path } },
    })
    assert.deepEqual(
      rules.map(({ matches, filters }) => [matches?.[0]?.path.value, filters]),
      [
        ['/acme/api/dsp', [rewrite('/api/dsp')]],
        ['/acme/api/credentials', [rewrite('/api/credentials')]],
        ['/acme', undefined],
      ],
    )
  })

  it('attaches to the Gateway of the profile, and to one listener of it where that is named', () => {
    const gateway = { name: 'edge', namespace: 'ingress', sectionName: 'https' }
    const [parent] = routeFor(inputFor('dataspace.example', { gateway })).spec.parentRefs ?? []
    assert.deepEqual(parent, { group: 'gateway.networking.k8s.io', kind: 'Gateway', ...gateway })
  })

  it('has the class, the certificate and the annotations of the profile as an Ingress', () => {
    const annotations = { 'cert-manager.io/cluster-issuer': 'public' }
    const { metadata, spec } = routeFor(
      inputFor('dataspace.example', {
        kind: 'ingress',
        ingressClassName: 'nginx',
        tlsSecretName: 'acme-tls',
        annotations,
      }),
    )
    assert.equal(spec.ingressClassName, 'nginx')
    assert.deepEqual(spec.tls, [{ hosts: ['acme.dataspace.example'], secretName: 'acme-tls' }])
    assert.deepEqual(metadata.annotations, annotations)
  })

  it('is not made, and it is said why, when the profile wants none, or of an Ingress for an address', () => {
    const none = renderManifests(inputFor('dataspace.example', { kind: 'none' })).routes
    assert.deepEqual(none, { objects: [], none: 'routes.kind is none in profile "default"' })
    const { objects, none: why = '' } = renderManifests(inputFor('10.0.0.1', { kind: 'ingress' })).routes
    assert.deepEqual(objects, [])
    assert.match(why, /an Ingress cannot rewrite paths; use a host name/u)
  })
})
