/** What the doctor looks at, and what it says about it. */
import type { IssuerQuestion } from '../issuer-questions.ts'
import type { Inspection } from '../kube/inspection.ts'
import type { Kube } from '../kube/kube.ts'
import type { Profiles } from '../model/profile.ts'

/** `warn`: works, but not as well as it could, or only under a condition. `fail`: something that the program does will not work. */
export type Result = 'ok' | 'warn' | 'fail'

export interface Finding {
  /** Name of the check, one word or two. */
  readonly check: string
  readonly result: Result
  readonly message: string
  /** What to do about it, as a sentence or a command. Present unless the result is ok. */
  readonly next?: string
}

/** What the checks may ask. */
export interface Patient {
  readonly kube: Pick<Kube, 'get' | 'list' | 'version'>
  readonly inspection: Inspection
  /** Which cluster, for people: address and context. */
  readonly cluster: string
  /** Where the program runs, and keeps its Lease; undefined where it needs no place of its own. */
  readonly namespace: string | undefined
  readonly profiles: Profiles
  /** Left out: no participant is seeded. */
  readonly seeding?: {
    readonly issuers: readonly IssuerQuestion[]
    /** Components of participants are reached through the API server. */
    readonly byServiceProxy: boolean
  }
}

/** What a check says; the name of the check is added. Throws what its calls throw. */
export interface Check {
  readonly name: string
  readonly run: (patient: Patient) => Promise<readonly Omit<Finding, 'check'>[]>
}

export const INSTALL = 'kubectl apply -k deploy/'
