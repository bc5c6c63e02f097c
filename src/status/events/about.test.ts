import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { anEvent } from '../../../test/support/builders.ts'
import type { ObservedEvent } from '../../model/observed.ts'
import { eventsAbout } from './about.ts'

const about = (uid: string, name = 'postgres-0', kind = 'Pod'): ObservedEvent['about'] => ({
  kind,
  name,
  uid,
  fieldPath: '',
})
const subject = { kind: 'Pod', name: 'postgres-0', uid: 'new' }

describe('the events about an object', () => {
  it('are not those about its predecessor of the same name', () => {
    const events = [anEvent({ about: about('new') }), anEvent({ about: about('old') })]
    assert.deepEqual(
      eventsAbout(events, subject).map((event) => event.about.uid),
      ['new'],
    )
  })

  it('are found by kind and name when one side has no uid', () => {
    assert.equal(eventsAbout([anEvent({ about: about('') })], subject).length, 1)
    assert.equal(eventsAbout([anEvent({ about: about('old') })], { ...subject, uid: '' }).length, 1)
    const others = [
      anEvent({ about: about('', 'postgres-1') }),
      anEvent({ about: about('', 'postgres-0', 'PVC') }),
    ]
    assert.deepEqual(eventsAbout(others, subject), [])
  })

  it('come newest first, in the same order whatever theirs was', () => {
    const events = [3, 1, 2, 2].map((minute, index) =>
      anEvent({ name: `event-${index}`, lastSeen: `2026-01-01T00:0${minute}:00Z`, about: about('new') }),
    )
    const sorted = eventsAbout(events, subject)
    assert.deepEqual(
      sorted.map(({ name }) => name),
      ['event-0', 'event-2', 'event-3', 'event-1'],
    )
    const shuffled = fc.shuffledSubarray(events, { minLength: events.length })
    fc.assert(fc.property(shuffled, (others) => assert.deepEqual(eventsAbout(others, subject), sorted)))
  })
})
