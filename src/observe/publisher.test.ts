/** What is written into the resources, and what is not written again and again. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aHealthySnapshot, aParticipant, BORN_MS } from '../../test/support/builders.ts'
import { eventually } from '../../test/support/eventually.ts'
import { RecordedLog } from '../../test/support/recorded-log.ts'
import { KubeApiError } from '../kube/errors.ts'
import type { Kube } from '../kube/kube.ts'
import type { Change } from '../kube/watch-cache.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import type { Participant } from '../model/participant.ts'
import { judge, type Verdict } from '../status/participant.ts'
import { type DerivedStatus, renderResourceStatus } from '../status/resource-status.ts'
import { openPublisher, type Publisher } from './publisher.ts'

interface Desk extends AsyncDisposable {
  readonly publisher: Publisher
  /** Messages, in the order in which they were written. */
  readonly writes: string[]
  /** What people were told. */
  readonly told: string[]
  /** What the resource says now. */
  held: Participant | undefined
  /** Told of each write after it was made. */
  onWrite: () => void
  refusal: KubeApiError | undefined
  gone(): void
}

function openDesk(): Desk {
  let listener = (_change: Change<Participant>): void => undefined
  const apply = async (object: KubeObject): Promise<KubeObject> => {
    if (desk.refusal !== undefined) throw desk.refusal
    const status = object['status' as keyof KubeObject] as unknown as DerivedStatus
    desk.writes.push(status.message)
    desk.held = aParticipant({ status })
    desk.onWrite()
    return object
  }
  const publisher = openPublisher({
    kube: { apply: apply as unknown as Kube['apply'] },
    participants: {
      get: () => desk.held,
      note: () => undefined,
      subscribe: (listen) => {
        listener = listen
        return { [Symbol.dispose]: () => undefined }
      },
    },
    digest: (bytes) => Buffer.from(bytes).toString('latin1'),
    log: new RecordedLog(),
    random: () => 0.5,
    tell: (_, { type, reason, note }) => void desk.told.push(`${type} ${reason} ${note}`),
  })
  const desk: Desk = {
    publisher,
    writes: [],
    told: [],
    held: aParticipant(),
    onWrite: () => undefined,
    refusal: undefined,
    gone() {
      const previous = desk.held
      desk.held = undefined
      if (previous !== undefined) listener({ type: 'deleted', key: 'acme', previous })
    },
    [Symbol.asyncDispose]: () => publisher[Symbol.asyncDispose](),
  }
  return desk
}

function saying(
  message: string,
  differs: Partial<Pick<Verdict, 'phase' | 'reason'>> = {},
): { readonly resourceStatus: DerivedStatus } {
  const snapshot = aHealthySnapshot({ nowMs: BORN_MS })
  const verdict = { ...judge(snapshot), message, ...differs }
  const { participant } = snapshot
  const now = '2026-01-01T00:00:00Z'
  return {
    resourceStatus: renderResourceStatus({ participant, verdict, since: now, before: undefined, now }),
  }
}

const say = ({ publisher, held }: Desk, message: string, reason?: string): void =>
  publisher.publish(held ?? aParticipant(), saying(message, reason === undefined ? {} : { reason }))

/** Five writes, each undone by somebody else; the next one would wait for 600 ms. */
async function fightOver(desk: Desk, message: string): Promise<void> {
  let looks = 0
  desk.onWrite = () => {
    desk.held = aParticipant({ status: saying('otherwise').resourceStatus })
    setImmediate(() => {
      say(desk, message)
      looks += 1
    })
  }
  say(desk, message)
  await eventually(() => looks === 5, { what: 'a fight' })
  desk.onWrite = () => undefined
}

describe('a verdict in the resource', () => {
  it('is written once, and one with another reason at once', async () => {
    await using desk = openDesk()
    say(desk, 'one')
    await eventually(() => desk.writes.length === 1, { what: 'the first' })
    const begun = performance.now()
    say(desk, 'one')
    say(desk, 'two', 'Another')
    await eventually(() => desk.writes.length === 2, { what: 'the second' })
    assert.deepEqual(desk.writes, ['one', 'two'])
    assert.ok(performance.now() - begun < 500)
  })

  it('that only uses other words is written after a second, the last of them alone', async () => {
    await using desk = openDesk()
    say(desk, 'one')
    await eventually(() => desk.writes.length === 1, { what: 'the first' })
    const begun = performance.now()
    for (const words of ['two', 'three', 'four']) say(desk, words)
    await eventually(() => desk.writes.length === 2, { what: 'the second' })
    assert.deepEqual(desk.writes, ['one', 'four'])
    assert.ok(performance.now() - begun > 900)
  })

  it('is written again when somebody else has changed it, after a wait that grows each time', async () => {
    await using desk = openDesk()
    desk.onWrite = () => {
      desk.held = aParticipant({ status: saying('otherwise').resourceStatus })
      // As often as anything about the participant changes.
      for (let look = 0; look < 5; look += 1) setImmediate(() => say(desk, 'mine'))
    }
    const begun = performance.now()
    say(desk, 'mine')
    await eventually(() => desk.writes.length === 5, { what: 'four more' })
    const atLeastMs = 0.75 * (50 + 100 + 200 + 400)
    assert.ok(performance.now() - begun >= atLeastMs - 10)
  })

  it('is written at once when it is new, however long the last one was fought over', async () => {
    await using desk = openDesk()
    await fightOver(desk, 'mine')
    const begun = performance.now()
    say(desk, 'new', 'Another')
    await eventually(() => desk.writes.at(-1) === 'new', { what: 'the new one' })
    assert.ok(performance.now() - begun < 500)
  })

  it('is not written for a namesake', async () => {
    await using desk = openDesk()
    desk.refusal = refusal(409, 'Conflict')
    say(desk, 'of the first')
    desk.held = aParticipant({ metadata: { uid: 'uid-of-its-successor' } })
    desk.refusal = undefined
    say(desk, 'of the second')
    await eventually(() => desk.writes.length === 1, { what: 'a write' })
    assert.deepEqual(desk.writes, ['of the second'])
  })

  it('of a participant that is gone is forgotten, so that its namesake hears it at once', async () => {
    await using desk = openDesk()
    await fightOver(desk, 'Creating')
    desk.gone()
    desk.held = aParticipant({ metadata: { uid: 'uid-of-its-successor' } })
    const begun = performance.now()
    say(desk, 'Creating')
    await eventually(() => desk.writes.length === 6, { what: 'another write' })
    assert.ok(performance.now() - begun < 500)
  })

  it('that changed meanwhile is written after all', async () => {
    await using desk = openDesk()
    desk.refusal = refusal(409, 'Conflict')
    say(desk, 'one')
    setImmediate(() => {
      desk.refusal = undefined
    })
    await eventually(() => desk.writes.length === 1, { what: 'the write' })
  })

  it('is told to people when state or reason changed, once it is written, and not when only the wording did', async () => {
    await using desk = openDesk()
    const { publisher } = desk
    const publish = async (...said: Parameters<typeof saying>): Promise<void> => {
      publisher.publish(aParticipant(), saying(...said))
      await eventually(() => desk.writes.includes(said[0]), { what: `a write of ${said[0]}` })
    }
    await publish('one', { phase: 'PROVISIONING', reason: 'Creating' })
    await publish('two', { phase: 'PROVISIONING', reason: 'Creating' })
    await publish('three', { phase: 'FAILED', reason: 'ComponentFailed' })
    await publish('four', { phase: 'DELETING', reason: 'DeletionStuck' })
    await eventually(() => desk.told.length === 3, { what: 'three events' })
    assert.deepEqual(desk.told, [
      'Normal Creating PROVISIONING: one',
      'Warning ComponentFailed FAILED: three',
      'Warning DeletionStuck DELETING: four',
    ])
  })
})

function refusal(code: number, reason: string): KubeApiError {
  return new KubeApiError({ code, reason, message: 'scripted', causes: [], request: 'PATCH /scripted' })
}
