/** Tests that the built-in cluster passes on what is asked of Services, and says what the API server says when nobody listens. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openCluster } from './cluster.ts'
import { FAST_TIMING } from './controllers/timing.ts'
import { proxiedAt } from './service-proxy.ts'

describe('the service proxy of the built-in cluster', () => {
  it('takes a Service with or without its scheme, and leaves the path below as it is', () => {
    const base = '/api/v1/namespaces/acme/services'
    const place = { namespace: 'acme', service: 'hub', port: 17081 }
    assert.deepEqual(proxiedAt(`${base}/http:hub:17081/proxy/api/a%25b/`), { place, path: '/api/a%25b/' })
    assert.deepEqual(proxiedAt(`${base}/hub:17081/proxy`), { place, path: '/' })
    assert.equal(proxiedAt(`${base}/hub`), undefined)
  })

  it('answers for an issuer of its own, and with a Status where there is no Service', async () => {
    await using cluster = await openCluster({ timing: FAST_TIMING })
    const { address, key } = cluster.demoIssuer
    const holders = `${address}/v1alpha/participants/${encodeURIComponent(btoa('issuer'))}/holders/query`
    const headers = { 'x-api-key': key, 'content-type': 'application/json' }
    const found = await fetch(holders, { method: 'POST', headers, body: '{}' })
    assert.deepEqual([found.status, await found.json()], [200, []])
    const absent = await fetch(`${cluster.url}/api/v1/namespaces/acme/services/http:hub:17081/proxy/`)
    const status = (await absent.json()) as Record<string, unknown>
    assert.deepEqual([absent.status, status['reason']], [404, 'NotFound'])
  })
})
