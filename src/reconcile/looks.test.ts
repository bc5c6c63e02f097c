/** Tests how long it is taken for granted that objects are as they were found. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant, BORN } from '../../test/support/builders.ts'
import { ASKS } from '../model/names.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Participant, ParticipantStatus } from '../model/participant.ts'
import { Looks } from './looks.ts'
import { done } from './outcomes.ts'

const READY_MS = 1_000
const UNREADY_MS = 100
const STEPS = ['accept', 'namespace', 'secrets', 'storage', 'workloads', 'readiness']

class Bench {
  nowMs = 0
  readonly looks = new Looks({
    now: () => this.nowMs,
    goodForMs: { ready: () => READY_MS, unready: UNREADY_MS },
  })

  /** A whole look, all of it done unless told otherwise. */
  look(participant: Participant, differs: Readonly<Record<string, Outcome | undefined>> = {}): void {
    const outcomes = { ...Object.fromEntries(STEPS.map((name) => [name, done()])), ...differs }
    const look = this.looks.begin(participant)
    this.looks.keep(
      look,
      Object.entries(outcomes).map(([name, outcome]) => ({ name, outcome })),
    )
  }

  /** Names of the steps that a pass has to take itself. */
  left(participant: Participant): readonly string[] {
    const steps = STEPS.map((name) => ({ name, run: async () => done('taken') }))
    const spared = this.looks.sparing(participant, steps)
    return steps.filter((step) => spared.includes(step)).map(({ name }) => name)
  }
}

/** As the resource says it after a creation that is over. */
function settled(differs: Partial<Participant['metadata']> = {}, ready = true): Participant {
  const status: ParticipantStatus = {
    observedGeneration: 1,
    operations: [
      { id: 'acme.create.uid-acme', type: 'create', state: 'succeeded', generation: 1, steps: [] },
    ],
    conditions: [
      {
        type: 'ComponentsReady',
        status: ready ? 'True' : 'False',
        reason: 'Told',
        message: '',
        lastTransitionTime: BORN,
      },
    ],
  }
  return aParticipant({ metadata: differs, status })
}

const SPARED = ['accept', 'readiness']

describe('what a look found', () => {
  it('answers for the steps that look, in its own words, and for no others', async () => {
    const bench = new Bench()
    bench.look(settled(), { storage: done('left as it is') })
    assert.deepEqual(bench.left(settled()), SPARED)
    const steps = [{ name: 'storage', run: async () => done('taken') }]
    const [storage] = bench.looks.sparing(settled(), steps)
    assert.deepEqual(await storage?.run({} as never), done('left as it is'))
  })

  it('is kept of a participant that has been looked at, and of no other', () => {
    const bench = new Bench()
    bench.look(settled())
    assert.deepEqual(bench.left(settled({ name: 'other' })), STEPS)
  })

  for (const [how, outcome] of [
    ['waits', { kind: 'waiting', reason: 'NotYet', message: '', recheckAfterMs: 1 }],
    ['is stalled', { kind: 'stalled', reason: 'ObjectForeign', message: '' }],
    ['was not reached', undefined],
  ] as const)
    it(`is not kept when a step ${how}`, () => {
      const bench = new Bench()
      bench.look(settled(), { workloads: outcome })
      assert.deepEqual(bench.left(settled()), STEPS)
    })

  it('is kept while the components are awaited, for a shorter time', () => {
    const bench = new Bench()
    const unready = settled({}, false)
    bench.look(unready, { readiness: { kind: 'waiting', reason: 'NotYet', message: '', recheckAfterMs: 1 } })
    bench.nowMs = UNREADY_MS - 1
    assert.equal(bench.looks.leftMs(unready), 1)
    assert.deepEqual(bench.left(unready), SPARED)
    bench.nowMs = UNREADY_MS
    assert.deepEqual(bench.left(unready), STEPS)
  })

  it('is good until its time is over, however often it is asked for', () => {
    const bench = new Bench()
    bench.look(settled())
    for (bench.nowMs = 0; bench.nowMs < READY_MS; bench.nowMs += 100)
      assert.deepEqual(bench.left(settled()), SPARED)
    assert.deepEqual(bench.left(settled()), STEPS)
    assert.equal(bench.looks.leftMs(settled()), undefined)
  })

  const others: Readonly<Record<string, Participant>> = {
    'another generation': settled({ generation: 2 }),
    'a namesake': settled({ uid: 'uid-of-its-successor' }),
    'one that is being deleted': settled({ deletionTimestamp: BORN }),
    'one that is to have new secret values': settled({ annotations: { [ASKS.rotate]: 'now' } }),
    'one that is to be tried again': settled({ annotations: { [ASKS.retry]: 'now' } }),
    'one whose components ceased to be ready': settled({}, false),
  }
  for (const [what, participant] of Object.entries(others))
    it(`does not hold for ${what}`, () => {
      const bench = new Bench()
      bench.look(settled())
      assert.deepEqual(bench.left(participant), STEPS)
    })

  it('holds on when the components become ready', () => {
    const bench = new Bench()
    bench.look(settled({}, false))
    assert.deepEqual(bench.left(settled()), SPARED)
  })

  it('does not come back when a later look was not kept', () => {
    const bench = new Bench()
    bench.look(settled())
    bench.looks.begin(settled({}, false))
    assert.deepEqual(bench.left(settled()), STEPS)
  })

  it('is void when something about the objects changes, during the look, too', () => {
    const bench = new Bench()
    bench.look(settled())
    bench.looks.disturb('acme')
    assert.deepEqual(bench.left(settled()), STEPS)
    const look = bench.looks.begin(settled())
    bench.looks.disturb('acme')
    bench.looks.keep(look, [{ name: 'workloads', outcome: done() }])
    assert.deepEqual(bench.left(settled()), STEPS)
  })

  it('of two looks at a time is kept of the one that began last', () => {
    const bench = new Bench()
    const first = bench.looks.begin(settled())
    const second = bench.looks.begin(settled())
    bench.looks.keep(first, [{ name: 'storage', outcome: done('first') }])
    assert.deepEqual(bench.left(settled()), STEPS)
    bench.looks.keep(second, [{ name: 'storage', outcome: done('second') }])
    assert.ok(!bench.left(settled()).includes('storage'))
  })
})
