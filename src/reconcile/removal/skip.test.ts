/** Tests that only named steps are left out, that people are told, and told once. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant } from '../../../test/support/builders.ts'
import { RecordedLog } from '../../../test/support/recorded-log.ts'
import type { Happening } from '../../model/happening.ts'
import { ASKS } from '../../model/names.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { Step } from '../../model/participant.ts'
import { done, waiting } from '../outcomes.ts'
import type { Work } from '../work.ts'
import { skippable } from './skip.ts'

const held: Step = { name: 'first', state: 'Waiting', attempts: 1, lastTransitionTime: '' }

async function run(skip: string | undefined, steps: readonly Step[] = [held]) {
  const ran: string[] = []
  const stepOf = (name: string, outcome: Outcome) => ({
    name,
    leaves: () => `${name} leaves a stone`,
    run: async () => {
      ran.push(name)
      return outcome
    },
  })
  const log = new RecordedLog()
  const events: Happening[] = []
  const tell = (happening: Happening): void => void events.push(happening)
  const annotations = skip === undefined ? {} : { [ASKS.skip]: skip }
  const participant = aParticipant({ metadata: { annotations }, status: { steps } })
  const work = { participant, name: 'acme', log, tell } as unknown as Work
  const outcomes: Outcome[] = []
  const waits = waiting({ reason: 'Held', message: 'it is held' }, 1)
  for (const step of skippable([stepOf('first', waits), stepOf('second', done())]))
    outcomes.push(await step.run(work))
  assert.deepEqual(
    events.map(({ note }) => note),
    log.texts('warn'),
  )
  return { ran, outcomes, told: log.texts('warn') }
}

describe('a removal step', () => {
  it('is carried out unless it is named', async () => {
    const { ran, outcomes, told } = await run(undefined)
    assert.deepEqual([ran, told], [['first', 'second'], []])
    assert.equal(outcomes[0]?.message, 'it is held')
  })

  it('that is named ends at once, and says what it leaves', async () => {
    const { ran, outcomes, told } = await run('first')
    assert.deepEqual(ran, ['second'])
    assert.deepEqual(outcomes[0], done(`skipped by annotation ${ASKS.skip}; first leaves a stone`))
    assert.deepEqual(told, [`step first was skipped by annotation ${ASKS.skip}; first leaves a stone`])
  })

  it('is told of once', async () => {
    assert.deepEqual((await run('first', [{ ...held, state: 'Done' }])).told, [])
  })

  it('may be named with others, in any order and with blanks', async () => {
    assert.deepEqual((await run(' second , first,')).ran, [])
  })

  it('says which name is none of a step that can be skipped', async () => {
    const { ran, outcomes } = await run('first, release\n')
    assert.deepEqual(ran, ['second'])
    assert.match(
      outcomes[0]?.message ?? '',
      /stone; annotation .* names "release": only first and second can be/u,
    )
    assert.match(outcomes[1]?.message ?? '', /^annotation .* names "release"/u)
    const waits = (await run('frist')).outcomes[0]
    assert.match(waits?.message ?? '', /^it is held; annotation .* names "frist"/u)
  })
})
