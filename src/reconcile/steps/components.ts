/** Makes what runs, and what it needs, in two steps: first what holds data, then what uses it. */
import type { KubeObject } from '../../model/kubernetes.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { ComponentName } from '../../model/participant.ts'
import { bringPart, converge, type Part, readingOf, type Whole } from '../converge.ts'
import { readLive } from '../live.ts'
import { done } from '../outcomes.ts'
import type { ReconcileStep, Work } from '../work.ts'

const HOLDS_DATA: readonly (string | undefined)[] = ['postgres', 'vault'] satisfies ComponentName[]
const STORES: Part = { has: (component) => HOLDS_DATA.includes(component), othersFollow: true }
const USERS: Part = { has: (component) => !STORES.has(component), othersFollow: false }

export interface ComponentSteps {
  readonly storage: ReconcileStep
  readonly workloads: ReconcileStep
  /** What the first of them read in this pass; undefined when it was spared. */
  readonly seen: () => readonly KubeObject[] | undefined
}

/**
 * For one pass: both work with what the first of them reads.
 *
 * `storage` makes the volumes of PostgreSQL and the vault, and these themselves; `workloads` makes the runtimes. They set
 * no condition, and end as `converge` says; whether anything runs is for the readiness step.
 */
export function componentSteps(): ComponentSteps {
  let read: Whole | undefined
  const whole = async (work: Work): Promise<Whole> => {
    const wanted = work.wanted().workloads
    return (read ??= { wanted, live: await readLive(readingOf(work), wanted) })
  }
  return {
    storage: {
      name: 'storage',
      async run(work) {
        const volumes = await converge(work, work.wanted().storage)
        return volumes.kind === 'done'
          ? both(volumes, await bringPart(work, await whole(work), STORES))
          : volumes
      },
    },
    workloads: {
      name: 'workloads',
      run: async (work) => bringPart(work, await whole(work), USERS),
    },
    seen: () => read?.live,
  }
}

function both(first: Outcome, second: Outcome): Outcome {
  if (second.kind !== 'done') return second
  const messages = [first, second].flatMap(({ message }) => message ?? [])
  return done(messages.length === 0 ? undefined : messages.join('; '))
}
