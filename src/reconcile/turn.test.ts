/** Tests what is said while a component's pods are replaced, and when that counts as failed. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant } from '../../test/support/builders.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import type { Outcome } from '../model/outcome.ts'
import type { ComponentSummary } from '../model/participant.ts'
import type { Turn } from '../plan/roll-order.ts'
import { DEFAULT_TUNING } from './tuning.ts'
import { outcomeOfTurn } from './turn.ts'
import type { Work } from './work.ts'

const BEGUN = '2026-01-01T00:00:00.000Z'
const BEGUN_MS = Date.parse(BEGUN)
const LONG_AFTER_MS = BEGUN_MS + 60_000

const deployment = (status: object): KubeObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'acme', name: 'identityhub', generation: 2 },
    spec: { replicas: 1, template: {} },
    status: { observedGeneration: 2, replicas: 2, updatedReplicas: 1, ...status },
  }) as KubeObject

const turn: Turn = {
  component: 'identityhub',
  live: deployment({ readyReplicas: 1, availableReplicas: 1 }),
  mark: { since: BEGUN, image: 'hub:1' },
  image: 'hub:2',
  waiting: ['controlplane', 'dataplane'],
}
const { live: _live, ...justApplied } = turn
const IMAGE_PULL = { status: 'Degraded', cause: 'ImagePull', message: 'cannot pull image "hub:2"' } as const

function outcome(
  told: Partial<ComponentSummary> = {},
  { nowMs = LONG_AFTER_MS, of = turn }: { readonly nowMs?: number; readonly of?: Turn } = {},
): Outcome {
  const component: ComponentSummary = {
    name: 'identityhub',
    status: 'Starting',
    ready: false,
    desired: 1,
    current: 2,
    readyReplicas: 1,
    ...told,
  }
  const participant = aParticipant({ spec: { profile: 'next' }, status: { components: [component] } })
  const work = { name: 'acme', participant, tuning: DEFAULT_TUNING, now: () => nowMs }
  return outcomeOfTurn(work as unknown as Work, of)
}

const serving = (live: KubeObject) => ({ of: { ...turn, live } })
const textOf = (end: Outcome): string => end.message ?? ''

describe('a component that has its turn', () => {
  it('is waited for, with what comes after it', () => {
    const end = outcome()
    assert.ok(end.kind === 'waiting')
    assert.equal(end.reason, 'RollingOut')
    assert.equal(
      end.message,
      'identityhub is being replaced (image hub:1 -> hub:2); controlplane, dataplane wait for it',
    )
  })

  it('says nothing of images when only settings change', () => {
    const end = outcome({}, { of: { ...turn, image: 'hub:1', waiting: [] } })
    assert.equal(end.message, 'identityhub is being replaced')
  })

  it('has failed when the status engine says so, and says what serves, what is left and what to do', () => {
    const end = outcome(IMAGE_PULL)
    assert.ok(end.kind === 'stalled')
    assert.equal(end.reason, 'UpgradeFailed')
    assert.equal(
      end.message,
      'identityhub could not be replaced (image hub:1 -> hub:2): cannot pull image "hub:2". ' +
        'The old pod still serves; controlplane, dataplane are left as before. ' +
        'Correct identityhub in profile "next", or set spec.profile back (kubectl edit participant acme); it goes on by itself then',
    )
  })

  it('of which nothing serves says so', () => {
    assert.match(textOf(outcome({ status: 'Failed' }, serving(deployment({})))), /No pod of it serves; /u)
    const statefulSet = { ...deployment({}), kind: 'StatefulSet' }
    assert.match(textOf(outcome({ status: 'Failed' }, serving(statefulSet))), /the old one goes before/u)
  })

  it('has failed when its controller gave up', () => {
    const progressing = {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'too slow',
    }
    const end = outcome({}, serving(deployment({ conditions: [progressing] })))
    assert.equal(end.kind, 'stalled')
    assert.match(textOf(end), /: too slow\. No pod/u)
  })

  it('has not failed for what passes by itself', () => {
    assert.equal(outcome({ status: 'Degraded', cause: 'NodeLost' }).kind, 'waiting')
    assert.equal(outcome({ status: 'Starting', cause: 'ImagePull' }).kind, 'waiting')
    assert.equal(outcome({ status: 'Degraded' }).kind, 'waiting')
  })

  it('is not judged by what was said of the pods before', () => {
    assert.equal(outcome(IMAGE_PULL, { of: justApplied }).kind, 'waiting')
    const soon = outcome(IMAGE_PULL, { nowMs: BEGUN_MS + 1_000 })
    assert.ok(soon.kind === 'waiting')
    assert.equal(soon.recheckAfterMs, DEFAULT_TUNING.verdictSettlesMs - 1_000)
    const early = outcome(IMAGE_PULL, { nowMs: BEGUN_MS - 3_600_000 })
    assert.equal(early.kind === 'waiting' && early.recheckAfterMs, DEFAULT_TUNING.verdictSettlesMs)
  })
})
