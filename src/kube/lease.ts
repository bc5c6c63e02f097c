/** Talks to the API server about one Lease: takes it, renews it, gives it back; each write only over the version it read. */
import { type ObjectKey, RESOURCES } from '../model/kubernetes.ts'
import type { Kube } from './kube.ts'
import {
  type Bidder,
  claimOn,
  holderOf,
  type Lease,
  type LeaseSpec,
  releaseOf,
  Sighting,
} from './lease-record.ts'

export interface LeaseOptions extends Bidder {
  readonly kube: Pick<Kube, 'get' | 'create' | 'patch'>
  readonly namespace: string
  /** A clock that never goes back, in ms: whether another's lease has run out is decided by it alone. */
  readonly now: () => number
  /** ms since 1970, for the times that people read in the Lease. */
  readonly wallNow: () => number
}

const NAME = 'dataspace-provisioner'
const MANAGER = 'dataspace-provisioner-lease'

export class LeaseLock {
  readonly #options: LeaseOptions
  readonly #key: Required<ObjectKey>
  readonly #sighting = new Sighting()
  /** As our last write left it; undefined when that is not known. */
  #own: Lease | undefined
  #mayBeOurs = false
  #holder: string | undefined

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#key = { namespace: options.namespace, name: NAME }
  }

  /** `namespace/name`. */
  get place(): string {
    return `${this.#key.namespace}/${this.#key.name}`
  }

  /** Who held it when it was last looked at. */
  get holder(): string | undefined {
    return this.#holder
  }

  /** When it runs out unless its holder renews it, by our clock. */
  get expiresAtMs(): number {
    return this.#sighting.expiresAtMs(this.#options)
  }

  /**
   * True: it is ours now. False: somebody else's, who may still live. Throws what the calls throw; with `Conflict` or
   * `AlreadyExists` somebody wrote at the same moment, and the next look tells who.
   */
  async bid(signal: AbortSignal): Promise<boolean> {
    const { kube, now, wallNow } = this.#options
    const lease = this.#own ?? (await kube.get<Lease>(RESOURCES.Lease, this.#key, { signal }))
    this.#own = undefined
    this.#holder = holderOf(lease)
    if (lease !== undefined) this.#sighting.note(lease, now())
    if (!this.#isToBeHad()) {
      this.#mayBeOurs = false
      return false
    }
    this.#mayBeOurs = true
    const claim = claimOn(lease, this.#options, wallNow())
    this.#own = await this.#write(lease, claim, signal)
    this.#holder = this.#options.identity
    return true
  }

  /** Does nothing when it is not ours. */
  async release(signal: AbortSignal): Promise<void> {
    if (!this.#mayBeOurs) return
    const { kube, identity, wallNow } = this.#options
    const lease = this.#own ?? (await kube.get<Lease>(RESOURCES.Lease, this.#key, { signal }))
    if (lease === undefined || holderOf(lease) !== identity) return
    await this.#write(lease, releaseOf(lease, wallNow()), signal)
    this.#mayBeOurs = false
  }

  #isToBeHad(): boolean {
    const { identity, now } = this.#options
    if (this.#holder === undefined || this.#holder === identity) return true
    return now() >= this.expiresAtMs
  }

  async #write(lease: Lease | undefined, spec: LeaseSpec, signal: AbortSignal): Promise<Lease> {
    const { kube } = this.#options
    if (lease === undefined) {
      const made = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: this.#key, spec }
      return await kube.create<Lease>(made, { manager: MANAGER, signal })
    }
    // With the version in it a merge patch is a compare-and-swap: over any other version it is a Conflict.
    const { resourceVersion } = lease.metadata
    const body = { metadata: { resourceVersion }, spec }
    return await kube.patch<Lease>(RESOURCES.Lease, this.#key, {
      type: 'merge',
      body,
      manager: MANAGER,
      signal,
    })
  }
}
