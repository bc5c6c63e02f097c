/** The door for operations: what is recorded, what runs, what was asked, and what is gone. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperationBody } from '../contract/operation.ts'
import type { Operation } from '../model/participant.ts'
import type { Acted } from '../model/requests.ts'
import type { StatusRecord } from '../store/store.ts'
import { aRecord, anOperation, testApp, UID, writerOfOne } from './test-app.ts'

function recordWith(operations: readonly Operation[], extra: object = {}): StatusRecord {
  return { ...aRecord('acme', 'PROVISIONING', extra), operations }
}

const CREATE = `/api/v1/operations/acme.create.${UID}`

describe('GET /api/v1/operations/:id', () => {
  it('tells how one ended, with steps and times', async () => {
    await using door = testApp()
    const { startedTime, finishedTime, steps, ...operation } = anOperation()
    door.records.set('acme', recordWith([anOperation()]))
    const answer = await door.app.inject(CREATE)
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(answer.json(), {
      ...operation,
      participantName: 'acme',
      steps,
      message: 'done: every step is done and every component ready',
      startedTime,
      finishedTime,
    })
  })

  it('tells why one failed', async () => {
    await using door = testApp()
    const error = { step: 'readiness', code: 'ImagePull', message: 'controlplane: cannot pull image' }
    door.records.set('acme', recordWith([anOperation({ state: 'failed', error })]))
    const body = (await door.app.inject(CREATE)).json<OperationBody>()
    assert.deepEqual([body.state, body.message, body.error], ['failed', error.message, error])
  })

  it('tells of one that runs all its steps, and what each waits for now', async () => {
    await using door = testApp()
    const lastTransitionTime = '2025-01-15T10:30:00Z'
    const waiting = { reason: 'Forbidden', message: 'may not', nextRetryTime: '2025-01-15T10:31:00Z' }
    const live = [
      { name: 'accept', state: 'Done', attempts: 1, lastTransitionTime },
      { name: 'secrets', state: 'Waiting', attempts: 2, lastTransitionTime, ...waiting },
      { name: 'readiness', state: 'Pending', attempts: 0, lastTransitionTime },
    ]
    const steps: Operation['steps'] = [
      { name: 'accept', state: 'Done', attempts: 1, durationMs: 3 },
      { name: 'secrets', state: 'Waiting', attempts: 5, startedTime: '2025-01-15T10:29:51.000Z' },
    ]
    const { finishedTime: _, ...begun } = anOperation({ state: 'running', steps })
    door.records.set('acme', recordWith([begun], { steps: live }))
    const body = (await door.app.inject(CREATE)).json<OperationBody>()
    assert.equal(body.message, 'grün')
    assert.deepEqual(body.steps, [
      steps[0],
      { ...steps[1], ...waiting },
      { name: 'readiness', state: 'Pending', attempts: 0 },
    ])
  })

  it('tells of one that was asked for and that nobody has begun with', async () => {
    await using door = testApp()
    const pending = {
      id: `acme.retry-2.${UID}`,
      type: 'retry',
      state: 'pending',
      generation: 1,
      steps: [],
    } as const
    door.records.set('acme', recordWith([pending, anOperation()]))
    const body = (await door.app.inject(`/api/v1/operations/${pending.id}`)).json<OperationBody>()
    assert.deepEqual(body, {
      ...pending,
      participantName: 'acme',
      message: 'asked for; it begins in a moment',
    })
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
    door.records.set('acme', recordWith([anOperation({ state: 'running' })]))
    const headers = { 'if-none-match': String((await door.app.inject(CREATE)).headers['etag']) }
    assert.equal((await door.app.inject({ url: CREATE, headers })).statusCode, 304)
    door.records.set('acme', recordWith([anOperation()]))
    assert.equal((await door.app.inject({ url: CREATE, headers })).statusCode, 200)
    door.see({ synced: false })
    assert.equal((await door.app.inject(CREATE)).statusCode, 503)
  })
})

describe('GET /api/v1/resources/:participantName/operations', () => {
  it('lists them in the order of the record, under an entity tag', async () => {
    await using door = testApp()
    const retry = anOperation({ id: `acme.retry-1.${UID}`, type: 'retry' })
    door.records.set('acme', recordWith([retry, anOperation()]))
    const url = '/api/v1/resources/acme/operations'
    const answer = await door.app.inject(url)
    assert.deepEqual(
      answer.json<readonly OperationBody[]>().map(({ type }) => type),
      ['retry', 'create'],
    )
    const headers = { 'if-none-match': String(answer.headers['etag']) }
    assert.equal((await door.app.inject({ url, headers })).statusCode, 304)
  })

  it('is 404 for a participant that does not exist, and empty where nothing is remembered', async () => {
    await using door = testApp()
    assert.equal((await door.app.inject('/api/v1/resources/nobody/operations')).statusCode, 404)
    const { operations: _, ...bare } = aRecord('acme')
    door.records.set('acme', bare)
    assert.deepEqual((await door.app.inject('/api/v1/resources/acme/operations')).json(), [])
  })
})

describe('POST /api/v1/resources/:participantName/retry, suspend and resume', () => {
  for (const act of ['retry', 'suspend', 'resume'] as const) {
    it(`answers ${act} with 202, the operation, and where to follow it`, async () => {
      await using door = testApp()
      door.records.set('acme', aRecord('acme'))
      for (const url of [`/api/v1/resources/acme/${act}`, `/api/v1/resources/acme/${act}/`]) {
        const answer = await door.app.inject({ method: 'POST', url })
        assert.equal(answer.statusCode, 202)
        const { id, state, type } = answer.json<OperationBody>()
        assert.deepEqual([id, state, type], [`acme.${act}-2.${UID}`, 'pending', act])
        assert.equal(answer.headers['operation-location'], `/api/v1/operations/${id}`)
      }
    })

    it(`answers ${act} with 200 when what is asked for holds already`, async () => {
      const acted = async (participantName: string): Promise<Acted> => ({
        participantName,
        operation: anOperation(),
      })
      const refuse = (): Promise<never> => Promise.reject(new Error('nobody asked for this'))
      await using door = testApp({ writer: { ...writerOfOne(refuse), [act]: acted } })
      const answer = await door.app.inject({ method: 'POST', url: `/api/v1/resources/acme/${act}` })
      assert.equal(answer.statusCode, 200)
      assert.equal(answer.json<OperationBody>().state, 'succeeded')
    })

    it(`answers ${act} with 404 for a participant that does not exist`, async () => {
      await using door = testApp()
      const answer = await door.app.inject({ method: 'POST', url: `/api/v1/resources/nobody/${act}` })
      assert.equal(answer.statusCode, 404)
      assert.deepEqual(Object.keys(answer.json<object>()), ['message', 'status'])
    })
  }
})
