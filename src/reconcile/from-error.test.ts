/** Tests which failures are waited out, which need a person, and which are bugs. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KubeApiError, type KubeApiFailure } from '../kube/errors.ts'
import { SpecError, UnavailableError } from '../model/errors.ts'
import { outcomeOf } from './from-error.ts'

const times = { retryInMs: 700, forbiddenRecheckMs: 60_000 }

function answer(failure: Partial<KubeApiFailure>): KubeApiError {
  return new KubeApiError({
    code: 409,
    reason: 'Conflict',
    message: 'no',
    causes: [],
    request: 'PATCH /apis/apps/v1/namespaces/acme/deployments/vault',
    ...failure,
  })
}

describe('an exception in a step', () => {
  for (const { reason, code } of [
    { reason: 'Conflict', code: 409 },
    { reason: 'TooManyRequests', code: 429 },
    { reason: 'InternalError', code: 500 },
    { reason: 'ServiceUnavailable', code: 503 },
    { reason: 'SomethingNew', code: 504 },
    { reason: 'NotFound', code: 404 },
  ]) {
    it(`is waited out after the back-off when the API server answers ${code} ${reason}`, () => {
      assert.deepEqual(outcomeOf(answer({ reason, code }), times), {
        kind: 'waiting',
        reason,
        message: 'PATCH /apis/apps/v1/namespaces/acme/deployments/vault: no',
        recheckAfterMs: 700,
      })
    })
  }

  it('is waited out when the API server cannot be reached', () => {
    const outcome = outcomeOf(new UnavailableError('connection refused'), times)
    assert.deepEqual(outcome, {
      kind: 'waiting',
      reason: 'ApiServerUnavailable',
      message: 'connection refused',
      recheckAfterMs: 700,
    })
  })

  it('is not retried before the time that the API server asked for', () => {
    const outcome = outcomeOf(answer({ reason: 'TooManyRequests', code: 429, retryAfterMs: 5_000 }), times)
    assert.equal(outcome.kind === 'waiting' && outcome.recheckAfterMs, 5_000)
  })

  it('stalls when the API server finds the object wrong, and quotes it', () => {
    const outcome = outcomeOf(
      answer({ reason: 'Invalid', code: 422, message: 'spec.replicas: too many' }),
      times,
    )
    assert.equal(outcome.kind === 'stalled' && outcome.reason, 'Rejected')
    assert.match(outcome.message ?? '', /spec\.replicas: too many/u)
  })

  it('stalls with the reason of a SpecError', () => {
    assert.deepEqual(outcomeOf(new SpecError('UnknownProfile', 'no such profile'), times), {
      kind: 'stalled',
      reason: 'UnknownProfile',
      message: 'no such profile',
    })
  })

  for (const { request, right } of [
    {
      request: 'PATCH /apis/apps/v1/namespaces/acme/deployments/vault',
      right: '"patch" on "deployments.apps"',
    },
    { request: 'POST /api/v1/namespaces', right: '"create" on "namespaces"' },
    { request: 'DELETE /api/v1/namespaces/acme', right: '"delete" on "namespaces"' },
    { request: 'GET /api/v1/namespaces/acme/secrets/x', right: '"get" on "secrets"' },
    {
      request: 'PATCH /apis/dataspaces.dev/v1alpha1/participants/acme/status',
      right: '"patch" on "participants.dataspaces.dev/status"',
    },
  ]) {
    it(`names the permission ${right} that ${request} lacks, and looks again rarely`, () => {
      const outcome = outcomeOf(answer({ reason: 'Forbidden', code: 403, request }), times)
      assert.ok(outcome.kind === 'waiting')
      assert.equal(outcome.reason, 'Forbidden')
      assert.ok(outcome.message.includes(right), outcome.message)
      assert.equal(outcome.recheckAfterMs, 60_000)
    })
  }

  it('is waited out when the namespace is going away, which the API server calls forbidden', () => {
    const causes = [{ reason: 'NamespaceTerminating' }]
    const outcome = outcomeOf(answer({ reason: 'Forbidden', code: 403, causes }), times)
    assert.ok(outcome.kind === 'waiting')
    assert.deepEqual([outcome.reason, outcome.recheckAfterMs], ['NamespaceTerminating', 700])
  })

  it('goes on upwards when nobody foresaw it', () => {
    const bug = new TypeError('x is not a function')
    assert.throws(() => outcomeOf(bug, times), bug)
    const odd = answer({ reason: 'MethodNotAllowed', code: 405 })
    assert.throws(() => outcomeOf(odd, times), odd)
  })
})
