/** Decides what a Lease says and what to write into it. No clock: steady times and wall times are arguments. */
import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../model/kubernetes.ts'
import { microTime } from './micro-time.ts'

/** `coordination.k8s.io/v1`, spec. */
export interface LeaseSpec {
  /** Empty or missing: nobody holds it. */
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  /** RFC 3339 with six digits of a second. Written for people: nothing is ever decided by it. */
  readonly acquireTime?: string
  readonly renewTime?: string
  /** How often it went from one holder to another. */
  readonly leaseTransitions?: number
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec
}

export interface Bidder {
  readonly identity: string
  /** How long others wait after the last renewal that they saw, in s. */
  readonly leaseSeconds: number
}

/** Of another holder, longer is not believed. */
const LONGEST_SECONDS = 60

export function holderOf(lease: Lease | undefined): string | undefined {
  const holder = lease?.spec?.holderIdentity
  return holder === '' ? undefined : holder
}

/** What the bidder writes to take the lease or to renew it. `wallMs` is ms since 1970. */
export function claimOn(lease: Lease | undefined, bidder: Bidder, wallMs: number): LeaseSpec {
  const { identity, leaseSeconds } = bidder
  const renewTime = microTime(wallMs)
  const before = lease?.spec
  const common = { holderIdentity: identity, leaseDurationSeconds: leaseSeconds, renewTime }
  if (before?.holderIdentity === identity) return { ...before, ...common }
  const leaseTransitions = lease === undefined ? 0 : (before?.leaseTransitions ?? 0) + 1
  return { ...common, acquireTime: renewTime, leaseTransitions }
}

/** What its holder writes to give it back: whoever looks next may take it. */
export function releaseOf(lease: Lease, wallMs: number): LeaseSpec {
  const now = microTime(wallMs)
  return { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: now, acquireTime: now }
}

/** When somebody else's lease was last seen to change, by a clock of our own: clocks of others prove nothing. */
export class Sighting {
  #spec: LeaseSpec | undefined
  #changedAtMs = 0

  note({ spec = {} }: Lease, nowMs: number): void {
    if (isDeepStrictEqual(spec, this.#spec)) return
    this.#spec = spec
    this.#changedAtMs = nowMs
  }

  /** On that clock: as long after the last renewal as its holder asked for, but no sooner than the bidder's own time. */
  expiresAtMs({ leaseSeconds }: Pick<Bidder, 'leaseSeconds'>): number {
    const asked = Math.min(this.#spec?.leaseDurationSeconds ?? 0, LONGEST_SECONDS)
    return this.#changedAtMs + Math.max(asked, leaseSeconds) * 1000
  }
}
