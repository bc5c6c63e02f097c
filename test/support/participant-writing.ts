/** A participant writer on a built-in cluster, with the caches it needs. */
import type { Kube } from '../../src/kube/kube.ts'
import { openParticipantWriter } from '../../src/kube/participant-writer.ts'
import { WatchCache } from '../../src/kube/watch-cache.ts'
import { type RefusalCode, RefusedError } from '../../src/model/errors.ts'
import { RESOURCES } from '../../src/model/kubernetes.ts'
import type { Participant } from '../../src/model/participant.ts'
import type { Profile, Profiles } from '../../src/model/profile.ts'
import type { ParticipantWriter } from '../../src/model/requests.ts'
import { DidIndex } from '../../src/observe/did-index.ts'
import { projectParticipant } from '../../src/status/project-participant.ts'
import { RecordedLog } from './recorded-log.ts'
import { openTestCluster } from './test-cluster.ts'

const PROFILES: Profiles = new Map(['default', 'edge'].map((name) => [name, { name } as Profile]))

export interface WriterSetup extends AsyncDisposable {
  /** For the test to look and to meddle with. */
  readonly kube: Kube
  readonly writer: ParticipantWriter
  readonly cache: WatchCache<Participant>
  readonly dids: DidIndex
}

export interface WriterOptions {
  /** The Kube that the writer gets. */
  readonly wrap?: (kube: Kube) => Kube
  readonly deadlineMs?: number
}

export async function openWriter({
  wrap = (kube) => kube,
  ...more
}: WriterOptions = {}): Promise<WriterSetup> {
  await using stack = new AsyncDisposableStack()
  const { kube } = stack.use(await openTestCluster())
  const cache = stack.use(
    new WatchCache<Participant>({
      kube,
      resource: RESOURCES.Participant,
      project: projectParticipant,
      log: new RecordedLog(),
      now: Date.now,
      random: Math.random,
    }),
  )
  const dids = stack.use(new DidIndex(cache))
  cache.start()
  await cache.whenSynced()
  const writer = openParticipantWriter({
    kube: wrap(kube),
    participants: { holderOf: (did) => dids.holderOf(did), note: (object) => cache.note(object) },
    profiles: PROFILES,
    reserved: ['issuer'],
    now: Date.now,
    objectMapOf: ({ name, uid, spec }) => ({ [name]: 'Namespace', uid, host: spec.host }),
    ...more,
  })
  const owned = stack.move()
  return { kube, writer, cache, dids, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** What an answer was refused with; throws when it was not. */
export async function refusal(
  answer: Promise<unknown>,
): Promise<{ readonly code: RefusalCode; readonly message: string }> {
  try {
    await answer
  } catch (error) {
    if (error instanceof RefusedError) return error
    throw error
  }
  throw new Error('it was accepted')
}
