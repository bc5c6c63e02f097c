/** What a look at a pod, or at all pods of a component, brought up. */
import type { Actor, CauseCode } from '../model/causes.ts'

export interface Finding {
  /** The cluster's own word, such as `ImagePullBackOff` or `Init:CrashLoopBackOff`. */
  readonly reason: string
  readonly cause: CauseCode
  /** Who acts now: `nobody yet` until the verdict is due, except where no verdict ever is. */
  readonly who: Actor
  /** One line that a person can act on. Names the pod's container, object, image, node, …; no secret in it. */
  readonly message: string
  /** From when on it is a verdict (Failed, or Degraded where others serve), ms since 1970. Undefined: never. */
  readonly verdictAtMs: number | undefined
  /** Kind/name of what it is about. */
  readonly object: string
}

/** All that was found, of which one thing is told. */
export interface Diagnosis {
  /** The worst: a verdict before what may pass, init before main containers, then the oldest pod. */
  readonly worst: Finding | undefined
  /** How many more pods have something to tell. */
  readonly others: number
  /** When something appears or becomes a verdict by time alone, ms since 1970. */
  readonly recheckAtMs: number | undefined
}

/** A rule as people read it, in `docs/status-rules.md`. Its test bears the same name. */
export interface RuleText {
  /** A sentence about behaviour, such as `an image that does not exist fails the component after 10 s`. */
  readonly name: string
  /** Where it is seen, such as `container waiting: ImagePullBackOff, ErrImagePull`. */
  readonly signal: string
  /** When the reason is shown, such as `at once`. */
  readonly shown: string
  /** When, and as what, it is a verdict, such as `Failed after 10 s`. */
  readonly verdict: string
}
