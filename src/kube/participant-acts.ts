/** Writes into a Participant that it is to be retried, suspended or resumed. Whoever leads acts on that. */
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { ASKS, faultOfName, FIELD_MANAGER } from '../model/names.ts'
import { askedOperation } from '../model/operation.ts'
import type { Operation, OperationType, Participant } from '../model/participant.ts'
import type { Acted } from '../model/requests.ts'
import { hasReason } from './errors.ts'
import type { Kube } from './kube.ts'
import { absent, type Act, goingAlready, observedOnly, suspended } from './refusals.ts'
import { changedMeanwhile } from './write-deadline.ts'

export interface ActOptions {
  readonly kube: Pick<Kube, 'get' | 'patch'>
  /** Takes the result of a write of ours ahead of the watch. */
  readonly participants: { note(object: KubeObject): void }
  readonly isDiscovered?: (name: string) => boolean
  /** ms since 1970. */
  readonly now: () => number
  readonly signal: AbortSignal
}

/** One request each: all its calls end with one signal. */
export class ParticipantActs {
  readonly #options: ActOptions

  constructor(options: ActOptions) {
    this.#options = options
  }

  async retry(name: string): Promise<Acted> {
    const live = await this.#read(name, 'retry')
    if (live.spec.suspended && live.metadata.deletionTimestamp === undefined) throw suspended(name)
    const underWay = askedOperation(live) ?? smoothlyRunning(live)
    if (underWay !== undefined) return acted(live, underWay)
    const value = new Date(this.#options.now()).toISOString()
    return this.#asked(
      await this.#patch(live, { metadata: { annotations: { [ASKS.retry]: value } } }),
      'retry',
    )
  }

  async suspend(name: string): Promise<Acted> {
    return await this.#turn(name, { act: 'suspend', to: true })
  }

  async resume(name: string): Promise<Acted> {
    return await this.#turn(name, { act: 'resume', to: false })
  }

  async #turn(
    name: string,
    { act, to }: { readonly act: 'suspend' | 'resume'; readonly to: boolean },
  ): Promise<Acted> {
    const live = await this.#read(name, act)
    if (live.metadata.deletionTimestamp !== undefined) throw goingAlready(name, act)
    const turned = live.spec.suspended === to ? live : await this.#patch(live, { spec: { suspended: to } })
    return this.#asked(turned, act)
  }

  /** What the resource asks for now; when it is as it was, the operation that saw to that. */
  #asked(participant: Participant, type: OperationType): Acted {
    this.#options.participants.note(participant)
    const { operations = [] } = participant.status ?? {}
    const operation =
      askedOperation(participant) ?? operations.find((each) => each.type === type) ?? operations[0]
    if (operation === undefined) throw changedMeanwhile(participant.metadata.name, undefined)
    return acted(participant, operation)
  }

  /** Not the cache: what it lacks decides about a write. */
  async #read(name: string, act: Act): Promise<Participant> {
    const { kube, signal, isDiscovered } = this.#options
    const possible = faultOfName(name, []) === undefined
    const live = possible
      ? await kube.get<Participant>(RESOURCES.Participant, { name }, { signal })
      : undefined
    if (live === undefined) throw absent(name, { isDiscovered: isDiscovered?.(name) === true, act })
    if (live.spec.mode === 'Observed') throw observedOnly(name, act)
    return live
  }

  /** The uid keeps it off a namesake. */
  async #patch({ metadata: { name, uid } }: Participant, body: Patch): Promise<Participant> {
    const { kube, signal } = this.#options
    try {
      return await kube.patch<Participant>(
        RESOURCES.Participant,
        { name },
        {
          type: 'merge',
          body: { ...body, metadata: { ...body.metadata, uid } },
          manager: FIELD_MANAGER.api,
          signal,
        },
      )
    } catch (error) {
      if (hasReason(error, 'Conflict', 'Invalid', 'NotFound')) throw changedMeanwhile(name, error)
      throw error
    }
  }
}

interface Patch {
  readonly metadata?: { readonly annotations: Readonly<Record<string, string>> }
  readonly spec?: { readonly suspended: boolean }
}

function acted({ metadata }: Participant, operation: Operation): Acted {
  return { participantName: metadata.name, operation }
}

/** What runs, when no step waits for another try: there is nothing that asking again could hasten. */
function smoothlyRunning({ status }: Participant): Operation | undefined {
  const newest = status?.operations?.[0]
  const waits = status?.steps?.some(({ nextRetryTime }) => nextRetryTime !== undefined) === true
  return newest?.state === 'running' && !waits ? newest : undefined
}
