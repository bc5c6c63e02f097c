import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { actOf, type ApiRequest } from './api-path.ts'

const cases: readonly (readonly [ApiRequest, string])[] = [
  [{ method: 'GET', path: '/api/v1/namespaces' }, 'list namespaces'],
  [{ method: 'GET', path: '/api/v1/namespaces/acme' }, 'get namespaces'],
  [{ method: 'GET', path: '/api/v1/namespaces/acme/pods' }, 'list pods'],
  [{ method: 'GET', path: '/api/v1/pods', watch: true }, 'watch pods'],
  [{ method: 'POST', path: '/api/v1/namespaces/acme/secrets' }, 'create secrets'],
  [{ method: 'PATCH', path: '/apis/apps/v1/namespaces/acme/deployments/vault' }, 'patch deployments'],
  [
    { method: 'PATCH', path: '/apis/dataspaces.dev/v1alpha1/participants/acme/status' },
    'patch participants/status',
  ],
  [{ method: 'PUT', path: '/apis/coordination.k8s.io/v1/namespaces/one/leases/it' }, 'update leases'],
  [{ method: 'DELETE', path: '/api/v1/namespaces/acme' }, 'delete namespaces'],
  [{ method: 'GET', path: '/version' }, 'get version'],
  [{ method: 'GET', path: '/apis/gateway.networking.k8s.io' }, 'get apis'],
]

describe('a request to the API server', () => {
  for (const [request, expected] of cases)
    it(`${request.method} ${request.path} is to ${expected}`, () => {
      const { verb, resource } = actOf(request)
      assert.equal(`${verb} ${resource}`, expected)
    })
})
