/** Writes verdicts into the resources' status, so that kubectl and GitOps see what the HTTP API answers. */
import { isDeepStrictEqual } from 'node:util'
import { hasReason } from '../kube/errors.ts'
import type { Kube } from '../kube/kube.ts'
import { WorkQueue } from '../kube/work-queue.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import type { Log } from '../model/log.ts'
import { API_VERSION, FIELD_MANAGER, KIND } from '../model/names.ts'
import type { Participant } from '../model/participant.ts'
import { type DerivedStatus, derivedStatusOf } from '../status/resource-status.ts'
import type { Derived } from './answers.ts'

export interface PublisherOptions {
  readonly kube: Pick<Kube, 'apply'>
  readonly participants: { get(name: string): Participant | undefined; note(object: KubeObject): void }
  readonly log: Log
  readonly random: () => number
}

export interface Publisher extends AsyncDisposable {
  /** Remembers the verdict and writes it soon; a newer one replaces it. Nothing is written when nothing differs. */
  readonly publish: (participant: Participant, derived: Derived) => void
}

const CONCURRENCY = 4

export function openPublisher({ kube, participants, log, random }: PublisherOptions): Publisher {
  const wanted = new Map<string, { readonly uid: string; readonly status: DerivedStatus }>()
  const queue = new WorkQueue({
    work: write,
    concurrency: CONCURRENCY,
    log,
    random,
    baseMs: 50,
    maxMs: 30_000,
  })

  async function write(name: string, signal: AbortSignal): Promise<void> {
    const wish = wanted.get(name)
    const participant = participants.get(name)
    if (wish === undefined || participant === undefined || participant.metadata.uid !== wish.uid) {
      wanted.delete(name)
      return
    }
    if (!differs(participant, wish.status)) return
    try {
      participants.note(await apply(participant, wish.status, signal))
      queue.forget(name)
    } catch (error) {
      // Gone: nothing is left to say. Changed meanwhile: what it says now comes with the watch, then the same is tried again.
      if (hasReason(error, 'Conflict')) queue.addRateLimited(name)
      else if (!hasReason(error, 'NotFound')) throw error
    }
  }

  /**
   * Only over the version that the verdict is about: an apply to a status ignores `metadata.uid`, and what is said of
   * a participant that was deleted meanwhile (above all: that it was READY once) must not reach its successor.
   */
  function apply({ metadata }: Participant, status: DerivedStatus, signal: AbortSignal): Promise<KubeObject> {
    const { name, resourceVersion = '' } = metadata
    const object = { apiVersion: API_VERSION, kind: KIND, metadata: { name, resourceVersion }, status }
    const manager = FIELD_MANAGER.observe
    return kube.apply<KubeObject>(object, { manager, subresource: 'status', force: true, signal })
  }

  return {
    publish(participant, { resourceStatus }) {
      const { name, uid = '' } = participant.metadata
      if (!differs(participant, resourceStatus)) {
        wanted.delete(name)
        return
      }
      wanted.set(name, { uid, status: resourceStatus })
      queue.add(name)
    },
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  }
}

function differs(participant: Participant, status: DerivedStatus): boolean {
  return !isDeepStrictEqual(derivedStatusOf(participant), status)
}
