import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Phase, StepState } from '../model/participant.ts'
import { aRecord, testApp, UID } from './test-app.ts'

function step(state: StepState): object {
  return { name: 'workloads', state, attempts: 1, lastTransitionTime: '2025-01-15T10:30:00Z' }
}

interface Operation {
  readonly state: string
  readonly [member: string]: unknown
}

describe('GET /api/v1/operations/:id', () => {
  const creations: readonly (readonly [phase: Phase, steps: readonly StepState[], state: string])[] = [
    ['PROVISIONING', [], 'pending'],
    ['PROVISIONING', ['Pending', 'Pending'], 'pending'],
    ['PROVISIONING', ['Done', 'Waiting'], 'running'],
    ['READY', ['Done'], 'succeeded'],
    ['DEGRADED', ['Done'], 'succeeded'],
    ['FAILED', ['Stalled'], 'failed'],
    ['DELETING', ['Done'], 'failed'],
  ]
  for (const [phase, states, state] of creations) {
    it(`tells that a creation in ${phase} with steps [${states.join(' ')}] is ${state}`, async () => {
      await using door = testApp()
      const steps = states.map(step)
      door.records.set('acme', aRecord('acme', phase, { steps, reason: 'TheReason' }))
      const answer = await door.app.inject(`/api/v1/operations/acme.create.${UID}`)
      assert.equal(answer.statusCode, 200)
      assert.deepEqual(answer.json(), {
        id: `acme.create.${UID}`,
        type: 'create',
        participantName: 'acme',
        state,
        steps,
        message: 'grün',
        ...(state === 'failed' && { error: { code: 'TheReason', message: 'grün' } }),
      })
    })
  }

  it('tells that a removal runs while the participant goes', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme', 'DELETING'))
    const answer = await door.app.inject(`/api/v1/operations/acme.delete.${UID}`)
    assert.equal(answer.json<Operation>().state, 'running')
    assert.equal(answer.json<Operation>()['type'], 'delete')
  })

  it('knows nothing of a removal that nobody asked for, of another uid, or of no id at all', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme', 'READY'))
    for (const id of [`acme.delete.${UID}`, 'acme.create.other', `nobody.create.${UID}`, 'acme', '%20']) {
      const answer = await door.app.inject(`/api/v1/operations/${id}`)
      assert.equal(answer.statusCode, 404, id)
      assert.deepEqual(Object.keys(answer.json<object>()), ['message', 'status'])
    }
  })

  it('answers 304 until something changes, and 503 before the cluster was seen', async () => {
    await using door = testApp()
    door.records.set('acme', aRecord('acme', 'PROVISIONING'))
    const url = `/api/v1/operations/acme.create.${UID}`
    const headers = { 'if-none-match': String((await door.app.inject(url)).headers['etag']) }
    assert.equal((await door.app.inject({ url, headers })).statusCode, 304)
    door.records.set('acme', aRecord('acme', 'READY'))
    assert.equal((await door.app.inject({ url, headers })).statusCode, 200)
    door.see({ synced: false })
    assert.equal((await door.app.inject(url)).statusCode, 503)
  })
})
