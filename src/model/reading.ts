/** What the process tells about itself at one moment: for metrics and health checks. */
import type { CauseCode } from './causes.ts'
import type { Phase } from './participant.ts'

export interface WatchReading {
  /** Plural of the kind that is watched, with a prefix or suffix where several watches share it. */
  readonly resource: string
  /** Without it there is no verdict; others only add to one. */
  readonly required: boolean
  /** Holds, or has told of, a complete state. */
  readonly synced: boolean
  /** Since the last event or bookmark, ms; undefined before the first. */
  readonly lagMs: number | undefined
  /** Held; undefined where none is. */
  readonly objects: number | undefined
  /** Since the start, bookmarks included. */
  readonly events: number
  readonly relists: number
  readonly restarts: number
  readonly stalls: number
  readonly skipped: number
}

/** Whether this process writes. */
export interface LeadershipReading {
  readonly leader: boolean
  /** Times that it became the leader or ceased to be, since the start. */
  readonly transitions: number
  /** Who leads, or what is in the way; for people. */
  readonly story: string
}

/** Participants to be reconciled; nobody is in the queue of a process that does not write. */
export interface QueueReading {
  /** Could be worked on now. */
  readonly ready: number
  readonly working: number
  /** Wait for their time. */
  readonly delayed: number
}

export interface Reading {
  readonly watches: readonly WatchReading[]
  /** How many participants are in each state; a state that none is in may be left out. */
  readonly participants: ReadonlyMap<Phase, number>
  /** How many components have each cause; a cause that none has may be left out. */
  readonly causes: ReadonlyMap<CauseCode, number>
  /** Participants that changed and wait to be judged. */
  readonly waiting: number
  readonly leadership: LeadershipReading
  readonly queue: QueueReading
}
