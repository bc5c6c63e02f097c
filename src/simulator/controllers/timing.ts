/** How long things take in the built-in cluster. All values are ms. */

export interface Timing {
  /** A pod waits this long for its node. */
  readonly schedulingMs: number
  /** The first pull of an image; later it is present on the node. */
  readonly pullMs: number
  /** From a pulled image to a running container; also how long an init container runs. */
  readonly startMs: number
  /** From running to ready, for containers with a readiness probe in pods of a StatefulSet: databases. */
  readonly databaseReadyMs: number
  /** The same for all other pods. */
  readonly readyMs: number
  /** Of a pod's grace period, what its containers really need. */
  readonly terminationMs: number
  /** A claim waits this long for its volume. */
  readonly bindMs: number
  /** A node that is not heard of this long is lost; a real controller waits 40 to 50 s. */
  readonly nodeGraceMs: number
  /** A namespace is left alone this long before its content is deleted; a real controller waits 5 s. */
  readonly namespaceMs: number
  /** A container with the fault CrashLoop runs this long. */
  readonly crashAfterMs: number
  /** First back-off of a crash loop or of a failing pull; doubled each time, at most 30 times itself, as 10 s … 5 min. */
  readonly backoffBaseMs: number
}

/** For people who look on: a participant of five components is READY after about 8–12 s, databases first. */
export const DEMO_TIMING: Timing = {
  schedulingMs: 300,
  pullMs: 1500,
  startMs: 500,
  databaseReadyMs: 1500,
  readyMs: 6500,
  terminationMs: 2000,
  bindMs: 800,
  nodeGraceMs: 4000,
  namespaceMs: 1000,
  crashAfterMs: 1500,
  backoffBaseMs: 5000,
}

/** For tests: the same sequence of states, a few ms each. */
export const FAST_TIMING: Timing = {
  schedulingMs: 2,
  pullMs: 4,
  startMs: 3,
  databaseReadyMs: 3,
  readyMs: 6,
  terminationMs: 8,
  bindMs: 4,
  nodeGraceMs: 20,
  namespaceMs: 5,
  crashAfterMs: 8,
  backoffBaseMs: 30,
}
