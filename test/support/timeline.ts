/** States of a participant in their order, judged one after the other with the memory that the live engine carries over. */
import type { ObservedContainer, ObservedPod, ObservedWorkload } from '../../src/model/observed.ts'
import { COMPONENTS } from '../../src/model/participant.ts'
import { judge, type Snapshot, type Verdict } from '../../src/status/participant.ts'
import { aContainer, aDeployment, aHealthySnapshot, aPod, aStatefulSet, BORN_MS } from './builders.ts'

/** Seconds after the birth of the participant. */
export type Moment = readonly [second: number, seen: Partial<Snapshot>]

export function live(moments: readonly Moment[]): readonly Verdict[] {
  const verdicts: Verdict[] = []
  for (const [second, seen] of moments) {
    const before = verdicts.at(-1)
    const everReady = verdicts.some(({ phase }) => phase === 'READY')
    const nowMs = BORN_MS + second * 1000
    verdicts.push(judge(aHealthySnapshot({ everReady, ...(before && { before }), ...seen, nowMs })))
  }
  return verdicts
}

export const phases = (moments: readonly Moment[]): readonly string[] =>
  live(moments).map(({ phase }) => phase)
export const at = (second: number): string =>
  new Date(BORN_MS + second * 1000).toISOString().replace('.000Z', 'Z')

export const starting = { ready: 0, available: 0, conditions: [] }
export const workloads = (
  differs: (name: string) => Partial<ObservedWorkload>,
): readonly ObservedWorkload[] =>
  COMPONENTS.map((name) =>
    name === 'postgres' || name === 'vault'
      ? aStatefulSet({ name, ...differs(name) })
      : aDeployment({ name, ...differs(name) }),
  )
export const only =
  (name: string, differs: Partial<ObservedWorkload>) =>
  (each: string): Partial<ObservedWorkload> =>
    each === name ? differs : {}
export const podWith = (container: Partial<ObservedContainer>, pod: Partial<ObservedPod> = {}): ObservedPod =>
  aPod({ containers: [aContainer(container)], ...pod })

/** One component never comes up. */
export const slow = { workloads: workloads(only('controlplane', starting)) }
