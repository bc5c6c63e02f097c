/** Tests what a deletion that takes too long tells a person to do. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aNamespace, aParticipant, BORN, BORN_MS } from '../../test/support/builders.ts'
import { ASKS } from '../model/names.ts'
import { judgeDeletion } from './deletion.ts'

const step = (name: string) => ({
  name,
  state: 'Waiting' as const,
  attempts: 1,
  lastTransitionTime: BORN,
  message: `${name} is held`,
})
const going = (...names: readonly string[]) =>
  aParticipant({ metadata: { deletionTimestamp: BORN }, status: { steps: names.map(step) } })
const stuck = BORN_MS + 300_000

describe('a deletion', () => {
  it('that has just begun names what it waits for, and nothing to do', () => {
    const verdict = judgeDeletion({
      participant: going('remove-routes'),
      namespace: undefined,
      nowMs: BORN_MS,
    })
    assert.equal(verdict.message, 'The participant is being deleted: remove-routes is held')
    assert.equal(verdict.recheckAtMs, stuck)
  })

  it('that is stuck says who has to act, and how to leave behind what can never go', () => {
    const verdict = judgeDeletion({
      participant: going('remove-namespace'),
      namespace: undefined,
      nowMs: stuck,
    })
    assert.equal(verdict.reason, 'DeletionStuck')
    assert.equal(
      verdict.message,
      'The deletion is stuck: remove-namespace is held. Whoever runs what holds it has to act; ' +
        `if that is gone for good, leave it behind: kubectl annotate participant acme ${ASKS.skip}=remove-namespace`,
    )
  })

  it('of which only the release is left, or of a namespace alone, offers nothing to skip', () => {
    const held = {
      type: 'X',
      status: 'True',
      reason: 'X',
      message: 'pods remain',
      lastTransitionTime: BORN,
    } as const
    const namespace = aNamespace({ terminating: true, deletionTimestamp: BORN, conditions: [held] })
    for (const participant of [going('release'), aParticipant()])
      assert.doesNotMatch(judgeDeletion({ participant, namespace, nowMs: stuck }).message, /annotate/u)
  })

  for (const name of ['remove-routes', 'remove-holder', 'remove-wallet', 'remove-namespace'])
    it(`that waits in ${name} for too long is stuck, and names it`, () => {
      const { reason, message } = judgeDeletion({
        participant: going(name),
        namespace: undefined,
        nowMs: stuck,
      })
      assert.equal(reason, 'DeletionStuck')
      assert.match(message, new RegExp(`${name} is held.*${ASKS.skip}=${name}$`, 'u'))
    })

  it('is not explained by a step of the creation before it', () => {
    const verdict = judgeDeletion({ participant: going('namespace'), namespace: undefined, nowMs: stuck })
    assert.equal(verdict.message, 'The participant is being deleted')
  })
})
