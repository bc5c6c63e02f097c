/** Finds who holds a DID: the Participant that claimed it first. */
import type { Change, WatchCache } from '../kube/watch-cache.ts'
import { earliestFirst } from '../model/claims.ts'
import type { Participant } from '../model/participant.ts'

export class DidIndex implements Disposable {
  readonly #names = new Map<string, Set<string>>()
  readonly #participants: Pick<WatchCache<Participant>, 'get'>
  readonly #subscription: Disposable

  constructor(participants: Pick<WatchCache<Participant>, 'get' | 'subscribe'>) {
    this.#participants = participants
    this.#subscription = participants.subscribe((change) => this.#take(change))
  }

  /** By creationTimestamp, then by name; undefined when nobody does. */
  holderOf(did: string): Participant | undefined {
    const claims = [...(this.#names.get(did) ?? [])].flatMap((name) => this.#participants.get(name) ?? [])
    return claims.toSorted(earliestFirst)[0]
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }

  #take(change: Change<Participant>): void {
    if (change.type !== 'added') this.#drop(change.previous.spec.did, change.key)
    if (change.type === 'deleted') return
    const { did } = change.object.spec
    const names = this.#names.get(did)
    if (names === undefined) this.#names.set(did, new Set([change.key]))
    else names.add(change.key)
  }

  #drop(did: string, name: string): void {
    const names = this.#names.get(did)
    names?.delete(name)
    if (names?.size === 0) this.#names.delete(did)
  }
}
