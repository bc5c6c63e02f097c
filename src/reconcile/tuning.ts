/** How patient the reconciler is. All times in ms. */
import type { Deadlines } from './deadline.ts'

export interface Tuning {
  /** Longest wait after the first failed call of a step; doubles with every further one. */
  readonly backoffBaseMs: number
  readonly backoffMaxMs: number
  /** Between looks at something that changes by itself and is not watched, such as a foreign namespace going away. */
  readonly recheckMs: number
  /** Between looks at something that a watch reports: only in case an event was missed. */
  readonly safetyRecheckMs: number
  /** Between looks at what a person has to put right: a stalled step, a missing permission. */
  readonly stalledRecheckMs: number
  /** What is said of a component within this time after its pods began to be replaced may be about the pods before. */
  readonly verdictSettlesMs: number
  /** Between passes over a participant at rest; repairs what no watch reports, such as a deleted Service. */
  readonly resyncMs: number
  /** The same for what is known of the objects of a participant whose components are not ready. */
  readonly unreadyLookMs: number
  /** Between two looks at what a participant was seeded with, which nothing reports; spread by a quarter. */
  readonly verifySeedMs: number
  /** How long after a write the status engine may take to notice what it set off. */
  readonly settleMs: number
  /** How long a step may wait before a person should look. */
  readonly deadlines: Deadlines
  /** How long an operation waits for components that had failed before it began. */
  readonly componentsGraceMs: number
  /** How many objects of one participant are read at a time. */
  readonly parallelReads: number
  /** How many participants are read together when a term begins; their objects take some 200 kB each meanwhile. */
  readonly readTogether: number
}

export const DEFAULT_TUNING: Tuning = {
  backoffBaseMs: 500,
  backoffMaxMs: 60_000,
  recheckMs: 2_000,
  safetyRecheckMs: 60_000,
  stalledRecheckMs: 60_000,
  verdictSettlesMs: 5_000,
  resyncMs: 30 * 60_000,
  unreadyLookMs: 5 * 60_000,
  verifySeedMs: 10 * 60_000,
  // Counts that worsen are held back for 3 s (src/status/steadiness.ts).
  settleMs: 5_000,
  deadlines: {
    // Their time is judged by the status engine: by start deadlines, and as DeletionStuck.
    steps: {
      readiness: Infinity,
      'remove-routes': Infinity,
      'remove-namespace': Infinity,
      release: Infinity,
    },
    // How long a rollout may take is judged by the status engine and by its controller: UpgradeFailed.
    // So is whether the vault's pod starts; and that it is sealed must not be told as something else.
    reasons: {
      NamespaceTerminating: 60 * 60_000,
      RollingOut: Infinity,
      VaultNotRunning: Infinity,
      VaultSealed: Infinity,
    },
    others: 10 * 60_000,
  },
  // A kubelet pulls an image, or starts a container, at least every five minutes.
  componentsGraceMs: 6 * 60_000,
  parallelReads: 6,
  readTogether: 50,
}
