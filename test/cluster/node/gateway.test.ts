/** Where the gateway of a node leads requests, by the HTTPRoutes that the manifests make. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DEFAULT_PROFILE } from '../../../src/manifests/default-profile.ts'
import { routesOf } from '../../../src/manifests/routes.ts'
import type { ParticipantSpec } from '../../../src/model/participant.ts'
import { type Route, targetOf } from './gateway.ts'

function routeOf(name: string, host: string): Route {
  const spec = { did: `did:web:${name}.${host}`, host } as ParticipantSpec
  const { objects } = routesOf({ name, uid: 'uid', spec, profile: DEFAULT_PROFILE })
  return objects[0] as Route
}

describe('the gateway of a node', () => {
  const routes = [routeOf('acme', 'dataspace.internal'), routeOf('globex', 'dataspace.internal')]
  const lead = (host: string, url: string): string | undefined => {
    const target = targetOf(routes, { host, url })
    return target && `${target.service.namespace}/${target.service.name}:${target.port}${target.path}`
  }

  it('leads by host and by the longest path to a Service of that participant', () => {
    assert.equal(lead('acme.dataspace.internal', '/api/dsp/x?y=1'), 'acme/controlplane:18082/api/dsp/x?y=1')
    assert.equal(
      lead('GLOBEX.dataspace.internal:80', '/api/credentials/v1'),
      'globex/identityhub:17082/api/credentials/v1',
    )
    assert.equal(
      lead('acme.dataspace.internal', '/.well-known/did.json'),
      'acme/identityhub:17083/.well-known/did.json',
    )
  })

  it('takes a prefix for one of whole steps of a path', () => {
    assert.equal(lead('acme.dataspace.internal', '/api/dspace'), 'acme/identityhub:17083/api/dspace')
  })

  it('leads nowhere from a host that nobody has', () => {
    assert.equal(lead('stranger.dataspace.internal', '/'), undefined)
  })

  it('replaces the prefix below an address, where participants share a host', () => {
    const target = targetOf([routeOf('acme', '10.0.0.1')], { host: '10.0.0.1', url: '/acme/api/dsp/x' })
    assert.equal(target?.path, '/api/dsp/x')
  })
})
