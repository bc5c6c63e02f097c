/** The life of one container, step by step. Decides only: time, image and configuration are handed in. */
import type { Timing } from './timing.ts'

type Stage =
  | 'created'
  | 'pulling'
  | 'pullFailed'
  | 'pullBackOff'
  | 'starting'
  | 'unconfigured'
  | 'running'
  | 'ready'
  | 'neverReady'
  | 'crashed'
  | 'crashBackOff'
  | 'completed'

/** How a container ends that does not end well. */
export interface Crash {
  readonly exitCode: number
  /** `Error`, or `OOMKilled`. */
  readonly reason: string
}

export interface Ending {
  readonly exitCode: number
  readonly reason: string
  readonly startedAtMs: number
  readonly finishedAtMs: number
  /** Which start of the container this was, from 0. */
  readonly attempt: number
}

export interface ContainerRun {
  readonly stage: Stage
  /** When the next step comes, ms since 1970; Infinity when only a change elsewhere brings it. */
  readonly dueMs: number
  readonly restarts: number
  readonly failedPulls: number
  readonly startedAtMs: number
  /** Latest first. */
  readonly endings: readonly Ending[]
  /** Why the container cannot be configured. */
  readonly fault?: string
}

/** What the container finds when it takes a step. */
export interface Surroundings {
  readonly nowMs: number
  readonly timing: Timing
  readonly image: string
  /** The image is on the node already. */
  readonly present: boolean
  readonly pullFails: boolean
  /** Set for one that ends soon after each start. */
  readonly crash: Crash | undefined
  readonly init: boolean
  /** What it refers to and is not there: `secret "x" not found`. */
  readonly missing: string | undefined
  /** Ms from running to ready; Infinity for never. */
  readonly readyAfterMs: number
  /** `NAME_NAMESPACE(UID)`, as the kubelet words a pod. */
  readonly pod: string
  readonly name: string
}

export interface ContainerNote {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

export interface Step {
  readonly run: ContainerRun
  readonly notes: readonly ContainerNote[]
}

export function newRun(nowMs: number): ContainerRun {
  return { stage: 'created', dueMs: nowMs, restarts: 0, failedPulls: 0, startedAtMs: 0, endings: [] }
}

export const isDue = (run: ContainerRun, nowMs: number): boolean =>
  run.dueMs <= nowMs || run.stage === 'unconfigured'

/** The next step, when it is due. The same run comes back when there is nothing to do. */
export function step(run: ContainerRun, around: Surroundings): Step {
  return STEPS[run.stage](run, around)
}

type Take = (run: ContainerRun, around: Surroundings) => Step

const pull: Take = (run, { image, nowMs, timing }) => ({
  run: { ...run, stage: 'pulling', dueMs: nowMs + timing.pullMs },
  notes: [normal('Pulling', `Pulling image "${image}"`)],
})

const ready: Take = (run, { readyAfterMs }) =>
  Number.isFinite(readyAfterMs)
    ? rest({ ...run, stage: 'ready' })
    : {
        run: { ...run, stage: 'neverReady', dueMs: Infinity },
        notes: [warning('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503')],
      }

const start: Take = (run, around) => {
  const { missing, nowMs } = around
  if (missing !== undefined) {
    const waiting: ContainerRun = { ...run, stage: 'unconfigured', dueMs: Infinity, fault: missing }
    return run.fault === missing
      ? { run, notes: [] }
      : { run: waiting, notes: [warning('Failed', `Error: ${missing}`)] }
  }
  const { fault: _, ...able } = run
  return {
    run: { ...able, stage: 'running', startedAtMs: nowMs, dueMs: nowMs + runsMs(around) },
    notes: [normal('Created', 'Container created'), normal('Started', 'Container started')],
  }
}

const restart: Take = (run, around) => start({ ...run, restarts: run.restarts + 1 }, around)

const STEPS: Readonly<Record<Stage, Take>> = {
  created: (run, around) =>
    around.present
      ? {
          run: { ...run, stage: 'starting', dueMs: around.nowMs + around.timing.startMs },
          notes: [
            normal(
              'Pulled',
              `Container image "${around.image}" already present on machine and can be accessed by the pod`,
            ),
          ],
        }
      : pull(run, around),
  pulling: (run, { image, nowMs, timing, pullFails }) =>
    pullFails
      ? {
          run: {
            ...run,
            stage: 'pullFailed',
            failedPulls: run.failedPulls + 1,
            dueMs: nowMs + timing.startMs,
          },
          notes: [
            warning('Failed', `Failed to pull image "${image}": ${pullErrorOf(image)}`),
            warning('Failed', 'Error: ErrImagePull'),
          ],
        }
      : {
          run: { ...run, stage: 'starting', failedPulls: 0, dueMs: nowMs + timing.startMs },
          notes: [normal('Pulled', `Successfully pulled image "${image}" in ${goDuration(timing.pullMs)}`)],
        },
  pullFailed: (run, { image, nowMs, timing }) => ({
    run: {
      ...run,
      stage: 'pullBackOff',
      dueMs: nowMs + timing.backoffBaseMs * backoffFactor(run.failedPulls),
    },
    notes: [
      normal('BackOff', `Back-off pulling image "${image}"`),
      warning('Failed', 'Error: ImagePullBackOff'),
    ],
  }),
  pullBackOff: pull,
  starting: start,
  unconfigured: start,
  running: (run, around) => {
    if (around.crash === undefined)
      return around.init ? rest(ended(run, around, 'completed')) : ready(run, around)
    return {
      run: { ...ended(run, around, 'crashed'), dueMs: around.nowMs + around.timing.startMs },
      notes: [],
    }
  },
  ready: rest,
  neverReady: rest,
  completed: rest,
  // The first restart comes at once; only a container that fails again is held back (kubelet, `doBackOff`).
  crashed: (run, around) =>
    run.restarts === 0
      ? restart(run, around)
      : {
          run: {
            ...run,
            stage: 'crashBackOff',
            dueMs: around.nowMs + around.timing.backoffBaseMs * backoffFactor(run.restarts),
          },
          notes: [
            warning('BackOff', `Back-off restarting failed container ${around.name} in pod ${around.pod}`),
          ],
        },
  crashBackOff: restart,
}

/** Doubled each time, 30 at most: 10 s … 5 min on a real node. */
export const backoffFactor = (times: number): number => Math.min(30, 2 ** (times - 1))

/** As Go prints durations: `40s`, `1m20s`, `1.5s`. */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`
  const minutes = Math.floor(ms / 60_000)
  const seconds = (ms - minutes * 60_000) / 1000
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`
}

/** What a container runtime says about a tag that the registry does not have. */
export function pullErrorOf(image: string): string {
  const at = image.lastIndexOf(':')
  const [name, tag] =
    at > image.lastIndexOf('/') ? [image.slice(0, at), image.slice(at + 1)] : [image, 'latest']
  return `rpc error: code = NotFound desc = reading manifest ${tag} in ${name}: manifest unknown`
}

function runsMs({ init, crash, timing, readyAfterMs }: Surroundings): number {
  if (crash !== undefined) return timing.crashAfterMs
  if (init) return timing.startMs
  return Number.isFinite(readyAfterMs) ? readyAfterMs : timing.readyMs
}

const COMPLETED: Crash = { exitCode: 0, reason: 'Completed' }

function ended(
  run: ContainerRun,
  { nowMs, crash = COMPLETED }: Surroundings,
  stage: 'completed' | 'crashed',
): ContainerRun {
  const ending = { ...crash, startedAtMs: run.startedAtMs, finishedAtMs: nowMs, attempt: run.restarts }
  return { ...run, stage, endings: [ending, ...run.endings.slice(0, 1)] }
}

function rest(run: ContainerRun): Step {
  return { run: run.dueMs === Infinity ? run : { ...run, dueMs: Infinity }, notes: [] }
}

function normal(reason: string, message: string): ContainerNote {
  return { type: 'Normal', reason, message }
}

function warning(reason: string, message: string): ContainerNote {
  return { type: 'Warning', reason, message }
}
