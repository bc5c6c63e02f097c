/** Tests what becomes of operations on a cluster: retried, out of time, told of, and remembered by the next process. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant } from '../../test/support/builders.ts'
import { eventually } from '../../test/support/eventually.ts'
import {
  createParticipant,
  eventuallyStep,
  openProvisioning,
  participantIn,
  sayComponentsReady,
} from '../../test/support/provisioning.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import { watchWrites } from '../../test/support/watched-writes.ts'
import { KubeApiError } from '../kube/errors.ts'
import type { Kube } from '../kube/kube.ts'
import type { Happening } from '../model/happening.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { ASKS } from '../model/names.ts'
import type { Operation } from '../model/participant.ts'
import { stepsFor } from './pass.ts'

/** A cluster that makes no Secrets until it is told to. */
function withoutSecrets(kube: Kube): { readonly kube: Kube; allow: () => void; tries: () => number } {
  let allowed = false
  let tries = 0
  const refusing = watchWrites(kube, {
    before: (write) => {
      if (!write.startsWith('create Secret')) return
      tries += 1
      if (allowed) return
      const request = 'POST /api/v1/namespaces/acme/secrets'
      throw new KubeApiError({ code: 500, reason: 'InternalError', message: 'no room', causes: [], request })
    },
  })
  return { kube: refusing, allow: () => void (allowed = true), tries: () => tries }
}

async function askForRetry(kube: Kube, value: string): Promise<void> {
  const body = { metadata: { annotations: { [ASKS.retry]: value } } }
  const patch = { type: 'merge', body, manager: 'kubectl-annotate' } as const
  await kube.patch(RESOURCES.Participant, { name: 'acme' }, patch)
}

async function eventuallyOperation(kube: Kube, type: string, state: string): Promise<Operation> {
  return await eventually(
    async () =>
      (await participantIn(kube, 'acme'))?.status?.operations?.find(
        (each) => each.type === type && each.state === state,
      ),
    { what: `a ${type} that has ${state}` },
  )
}

/** So long that only somebody who asks for it brings the next try. */
const PATIENT = { backoffBaseMs: 3_600_000, backoffMaxMs: 3_600_000, stalledRecheckMs: 3_600_000 }

describe('an operation on a cluster', () => {
  it('is tried again at once when somebody asks, and the history tells of both', async () => {
    await using cluster = await openTestCluster()
    const secrets = withoutSecrets(cluster.kube)
    await using _provisioning = await openProvisioning({
      kube: cluster.kube,
      writeWith: secrets.kube,
      tuning: PATIENT,
    })
    await createParticipant(cluster.kube, 'acme')
    await eventuallyStep(cluster.kube, 'acme', { name: 'secrets', state: 'Waiting', attempts: 1 })
    await askForRetry(cluster.kube, 'first')
    await eventually(() => secrets.tries() === 2, { what: 'the second try' })
    secrets.allow()
    await askForRetry(cluster.kube, 'second')
    await eventuallyStep(cluster.kube, 'acme', { name: 'readiness', state: 'Waiting' })
    await sayComponentsReady(cluster.kube, 'acme')
    const retry = await eventuallyOperation(cluster.kube, 'retry', 'succeeded')
    assert.match(retry.id, /^acme\.retry-2\./u)
    assert.deepEqual(
      retry.steps.map(({ name, state, attempts, lastError }) => [name, state, attempts, lastError]),
      stepsFor(aParticipant()).map(({ name }) => [name, 'Done', 1, undefined]),
    )
    assert.ok(retry.steps.every(({ durationMs = -1 }) => durationMs >= 0))
    const status = (await participantIn(cluster.kube, 'acme'))?.status
    assert.deepEqual(
      status?.operations?.map(({ type, state, error }) => [type, state, error?.code]),
      [
        ['retry', 'succeeded', undefined],
        ['retry', 'failed', 'Superseded'],
        ['create', 'failed', 'Superseded'],
      ],
    )
    const create = status.operations.at(-1)
    assert.match(create?.steps.at(-1)?.lastError ?? '', /^InternalError: .*no room/u)
    assert.deepEqual([status.lastHandledRetry, status.retries], ['second', 2])
  })

  it('counts the tries of a step over the processes that made them', async () => {
    await using cluster = await openTestCluster()
    const secrets = withoutSecrets(cluster.kube)
    const options = { kube: cluster.kube, writeWith: secrets.kube, tuning: PATIENT }
    await using first = await openProvisioning(options)
    await createParticipant(cluster.kube, 'acme')
    await eventuallyStep(cluster.kube, 'acme', { name: 'secrets', state: 'Waiting', attempts: 1 })
    await first[Symbol.asyncDispose]()
    await using second = await openProvisioning(options)
    await eventuallyStep(cluster.kube, 'acme', { name: 'secrets', attempts: 2 })
    await second[Symbol.asyncDispose]()
    secrets.allow()
    await using _third = await openProvisioning(options)
    await eventuallyStep(cluster.kube, 'acme', { name: 'readiness', state: 'Waiting' })
    const create = await eventuallyOperation(cluster.kube, 'create', 'running')
    const step = create.steps.find(({ name }) => name === 'secrets')
    assert.deepEqual([step?.state, step?.attempts], ['Done', 3])
  })

  it('fails when a step waits for too long, and the step goes on by itself when its cause is gone', async () => {
    await using cluster = await openTestCluster()
    const secrets = withoutSecrets(cluster.kube)
    const told: Happening[] = []
    await using _provisioning = await openProvisioning({
      kube: cluster.kube,
      writeWith: secrets.kube,
      tuning: { deadlines: { reasons: {}, steps: { readiness: Infinity }, others: 1_000 } },
      tell: (_, happening) => void told.push(happening),
    })
    await createParticipant(cluster.kube, 'acme')
    const step = await eventuallyStep(cluster.kube, 'acme', { name: 'secrets', state: 'Stalled' })
    assert.equal(step.reason, 'StepTimeout')
    assert.match(step.message ?? '', /^step secrets has waited longer than 1 s: .*no room/u)
    const { error } = await eventuallyOperation(cluster.kube, 'create', 'failed')
    assert.deepEqual([error?.step, error?.code, error?.message], ['secrets', 'StepTimeout', step.message])
    secrets.allow()
    await eventuallyStep(cluster.kube, 'acme', { name: 'secrets', state: 'Done' })
    await eventually(() => told.some(({ reason }) => reason === 'StepRecovered'), { what: 'the recovery' })
    assert.deepEqual(
      told.map(({ type, reason }) => `${type} ${reason}`),
      ['Warning InternalError', 'Warning StepTimeout', 'Warning OperationFailed', 'Normal StepRecovered'],
    )
  })

  it('of an update is not over before what it set off has been seen', async () => {
    await using cluster = await openTestCluster()
    const { kube } = cluster
    await using _provisioning = await openProvisioning({ kube, tuning: { settleMs: 2_000 } })
    await createParticipant(kube, 'acme')
    await eventuallyStep(kube, 'acme', { name: 'readiness', state: 'Waiting' })
    await sayComponentsReady(kube, 'acme')
    await eventuallyOperation(kube, 'create', 'succeeded')
    const patch = { type: 'merge', body: { spec: { host: 'other' } }, manager: 'kubectl-edit' } as const
    await kube.patch(RESOURCES.Participant, { name: 'acme' }, patch)
    await eventuallyStep(kube, 'acme', { name: 'readiness', reason: 'ChangesSettling' })
    await eventuallyOperation(kube, 'update', 'running')
    // The status knows whole seconds.
    const { steps } = await eventuallyOperation(kube, 'update', 'succeeded')
    assert.ok((steps.find(({ name }) => name === 'readiness')?.durationMs ?? 0) >= 900)
  })
})
