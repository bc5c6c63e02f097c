/** How requests for credentials go on in an identity hub: one after the other, each as its issuer lets it. */

/** `unreachable`: the hub finds no way to it. `silent`: takes the request and never delivers. */
export type IssuerMood = 'issue' | 'refuse' | 'silent' | 'unreachable'

export interface CredentialWish {
  readonly issuerDid: string
  readonly holderPid: string
  readonly credentials: readonly { readonly id: string; readonly type: string; readonly format: string }[]
}

export interface Run {
  readonly wish: CredentialWish
  readonly mood: IssuerMood
  readonly issuerPid: string
  readonly credentialId: string
  readonly startsAtMs: number
}

/** Since a run began, in ms. */
const REQUESTED_AFTER = 300
const REFUSED_AFTER = 600
const ISSUED_AFTER = 900
/** The hub tries that long, and does nothing else meanwhile. */
const GIVEN_UP_AFTER = 14_800

type State = 'CREATED' | 'REQUESTED' | 'ISSUED' | 'ERROR'

export class CredentialRuns {
  #busyUntilMs = 0
  readonly #runs: Run[] = []
  /** Of requests that the hub has forgotten. */
  readonly #kept: readonly Run[]

  constructor(kept: readonly Run[] = []) {
    this.#kept = kept
  }

  /** One that is asked for with a pid that was used before is a further one. */
  begin(run: Omit<Run, 'startsAtMs'>, nowMs: number): void {
    const startsAtMs = Math.max(nowMs, this.#busyUntilMs)
    if (run.mood === 'unreachable') this.#busyUntilMs = startsAtMs + GIVEN_UP_AFTER
    this.#runs.push({ ...run, startsAtMs })
  }

  /** The last one of that pid. */
  find(holderPid: string): Run | undefined {
    return this.#runs.findLast(({ wish }) => wish.holderPid === holderPid)
  }

  /** Those that have brought a credential by now. */
  issued(nowMs: number): readonly Run[] {
    return [...this.#kept, ...this.#runs.filter((run) => stateOf(run, nowMs) === 'ISSUED')]
  }

  onlyIssued(nowMs: number): CredentialRuns {
    return new CredentialRuns(this.issued(nowMs))
  }
}

export function stateOf({ mood, startsAtMs }: Run, nowMs: number): State {
  const ageMs = nowMs - startsAtMs
  if (mood === 'unreachable') return ageMs < GIVEN_UP_AFTER ? 'CREATED' : 'ERROR'
  if (ageMs < REQUESTED_AFTER) return 'CREATED'
  if (mood === 'refuse') return ageMs < REFUSED_AFTER ? 'CREATED' : 'ERROR'
  return mood === 'issue' && ageMs >= ISSUED_AFTER ? 'ISSUED' : 'REQUESTED'
}
