/** Tests what a request to retry, suspend or resume a participant does to a cluster. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openWriter, refusal, type WriterSetup } from '../../test/support/participant-writing.ts'
import { createParticipant, participantIn } from '../../test/support/provisioning.ts'
import { watchWrites } from '../../test/support/watched-writes.ts'
import { NotFoundError, UnavailableError } from '../model/errors.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { API_VERSION, ASKS, FIELD_MANAGER, FINALIZER, KIND } from '../model/names.ts'
import { askedOperation } from '../model/operation.ts'
import type { Operation, Participant, ParticipantStatus } from '../model/participant.ts'
import type { Acted } from '../model/requests.ts'

const SUCCEEDED: Operation = {
  id: 'acme.create.uid',
  type: 'create',
  state: 'succeeded',
  generation: 1,
  startedTime: '2026-01-01T00:00:00Z',
  finishedTime: '2026-01-01T00:00:10Z',
  steps: [],
}

/** As the reconciler would. */
async function say({ kube }: WriterSetup, status: ParticipantStatus): Promise<void> {
  const patch = { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'acme' }, status }
  const options = { manager: FIELD_MANAGER.reconcile, force: true, subresource: 'status' } as const
  await kube.apply(patch, options)
}

/** What is asked for is begun, and is over. */
async function carryOut(setup: WriterSetup): Promise<void> {
  const participant = await participantIn(setup.kube, 'acme')
  const asked = participant && askedOperation(participant)
  assert.ok(asked, 'nothing is asked for')
  const { operations = [], retries = 0 } = participant.status ?? {}
  const { startedTime = '', finishedTime = '' } = SUCCEEDED
  const over: Operation = { ...asked, state: 'succeeded', startedTime, finishedTime }
  await say(setup, {
    observedGeneration: participant.metadata.generation ?? 0,
    operations: [over, ...operations],
    lastHandledRetry: participant.metadata.annotations?.[ASKS.retry] ?? '',
    retries: retries + Number(asked.type === 'retry'),
  })
}

async function withAcme(setup: WriterSetup, spec: Partial<Participant['spec']> = {}): Promise<void> {
  await createParticipant(setup.kube, 'acme', spec)
  await say(setup, { observedGeneration: 1, operations: [SUCCEEDED] })
}

const told = ({ operation: { id, state } }: Acted): string => `${id.split('.')[1]} ${state}`

describe('asking for a retry', () => {
  it('marks the resource once, until that is acted upon', async () => {
    await using setup = await openWriter()
    await withAcme(setup)
    const first = await setup.writer.retry('acme')
    const { annotations } = (await participantIn(setup.kube, 'acme'))?.metadata ?? {}
    assert.deepEqual(Object.keys(annotations ?? {}), [ASKS.retry])
    assert.equal(told(first), 'retry-1 pending')
    assert.deepEqual(await setup.writer.retry('acme'), first)
    assert.deepEqual((await participantIn(setup.kube, 'acme'))?.metadata.annotations, annotations)
    await carryOut(setup)
    assert.equal(told(await setup.writer.retry('acme')), 'retry-2 pending')
  })

  it('is seen at once by whoever reads the cache', async () => {
    await using setup = await openWriter()
    await withAcme(setup)
    await setup.writer.retry('acme')
    assert.ok(setup.cache.get('acme')?.metadata.annotations?.[ASKS.retry])
  })

  it('answers what is asked for, or what runs and waits for no further try', async () => {
    await using setup = await openWriter()
    await createParticipant(setup.kube, 'acme')
    assert.equal(told(await setup.writer.retry('acme')), 'create pending')
    const running: Operation = { ...SUCCEEDED, state: 'running' }
    const waiting = {
      name: 'secrets',
      state: 'Waiting',
      attempts: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    } as const
    await say(setup, { observedGeneration: 1, operations: [running], steps: [waiting] })
    assert.equal(told(await setup.writer.retry('acme')), 'create running')
    const steps = [{ ...waiting, nextRetryTime: '2026-01-01T00:01:00Z' }]
    await say(setup, { observedGeneration: 1, operations: [running], steps })
    assert.equal(told(await setup.writer.retry('acme')), 'retry-1 pending')
  })

  it('is refused for one that is suspended, and says how to resume it', async () => {
    await using setup = await openWriter()
    await withAcme(setup, { suspended: true })
    const { code, message } = await refusal(setup.writer.retry('acme'))
    assert.equal(code, 'Suspended')
    assert.match(message, /POST \/api\/v1\/resources\/acme\/resume/u)
  })
})

describe('suspending and resuming', () => {
  it('turns the specification, and answers the same again', async () => {
    await using setup = await openWriter()
    await withAcme(setup)
    const suspending = await setup.writer.suspend('acme')
    assert.equal(told(suspending), 'suspend-2 pending')
    assert.equal((await participantIn(setup.kube, 'acme'))?.spec.suspended, true)
    assert.deepEqual(await setup.writer.suspend('acme'), suspending)
    await carryOut(setup)
    assert.equal(told(await setup.writer.suspend('acme')), 'suspend-2 succeeded')
    assert.equal(told(await setup.writer.resume('acme')), 'resume-3 pending')
    assert.equal((await participantIn(setup.kube, 'acme'))?.spec.suspended, false)
    await carryOut(setup)
    assert.equal(told(await setup.writer.resume('acme')), 'resume-3 succeeded')
    assert.equal((await participantIn(setup.kube, 'acme'))?.metadata.generation, 3)
  })

  it('answers the newest operation when there was nothing to resume', async () => {
    await using setup = await openWriter()
    await withAcme(setup)
    assert.equal(told(await setup.writer.resume('acme')), 'create succeeded')
  })

  it('is refused for one that is being deleted; a retry is not', async () => {
    await using setup = await openWriter()
    await setup.writer.create({ participantName: 'acme', did: 'did:web:acme.example' })
    assert.deepEqual((await participantIn(setup.kube, 'acme'))?.metadata.finalizers, [FINALIZER])
    await setup.kube.delete(RESOURCES.Participant, { name: 'acme' })
    for (const act of ['suspend', 'resume'] as const)
      assert.equal((await refusal(setup.writer[act]('acme'))).code, 'StillDeleting')
    assert.equal(told(await setup.writer.retry('acme')), 'delete pending')
  })
})

describe('every act', () => {
  const acts = ['retry', 'suspend', 'resume'] as const

  it('says that there is none, for a name that nobody has or could have', async () => {
    await using setup = await openWriter()
    for (const act of acts)
      for (const name of ['acme', '', '../namespaces/default', 'kube-system'])
        await assert.rejects(setup.writer[act](name), NotFoundError)
  })

  it('is refused for one that is only observed', async () => {
    await using setup = await openWriter()
    await createParticipant(setup.kube, 'acme', { mode: 'Observed' })
    for (const act of acts) {
      const { code, message } = await refusal(setup.writer[act]('acme'))
      assert.equal(code, 'ObservedOnly')
      assert.match(message, new RegExp(`so it is not ours to ${act}$`, 'u'))
    }
  })

  it('never hits a namesake that took its place', async () => {
    await using setup = await openWriter({
      wrap: (kube) => ({
        ...watchWrites(kube, {}),
        patch: async (resource, key, options) => {
          await kube.delete(resource, key)
          await createParticipant(kube, 'acme')
          return kube.patch(resource, key, options)
        },
      }),
    })
    for (const act of ['retry', 'suspend'] as const) {
      if ((await participantIn(setup.kube, 'acme')) === undefined) await createParticipant(setup.kube, 'acme')
      await say(setup, { observedGeneration: 1, operations: [SUCCEEDED] })
      await assert.rejects(setup.writer[act]('acme'), UnavailableError)
      const acme = await participantIn(setup.kube, 'acme')
      assert.deepEqual([acme?.metadata.annotations, acme?.spec.suspended], [undefined, false])
    }
  })
})
