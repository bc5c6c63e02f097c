/** Which components a participant is expected to have, and which workload is meant by each. */
import type { ObservedPod, ObservedWorkload } from '../model/observed.ts'
import { type ComponentName, COMPONENTS, type Participant } from '../model/participant.ts'
import { compare } from './events/order.ts'

export interface ExpectedComponent {
  /** Key in the answer. */
  readonly name: string
  readonly workload: ObservedWorkload | undefined
}

/** What is made for a managed participant; another kind of the same name stands in for it only when this is absent. */
const KIND: Readonly<Record<ComponentName, ObservedWorkload['kind']>> = {
  postgres: 'StatefulSet',
  vault: 'StatefulSet',
  identityhub: 'Deployment',
  controlplane: 'Deployment',
  dataplane: 'Deployment',
}

/** Expected, not existing, components: for a managed participant a workload that is missing is one that is not ready. */
export function expectedComponents(
  { spec: { mode } }: Participant,
  workloads: readonly ObservedWorkload[],
  expected: readonly ComponentName[] | undefined,
): readonly ExpectedComponent[] {
  const names = expected ?? (mode === 'Managed' ? COMPONENTS : undefined)
  return names === undefined
    ? present(workloads)
    : names.map((name) => ({ name, workload: workloadOf(name, workloads) }))
}

/** Undefined for a name that is none of the components. */
export function expectedKind(name: string): ObservedWorkload['kind'] | undefined {
  return (KIND as Readonly<Record<string, ObservedWorkload['kind']>>)[name]
}

/** The pods of a workload: by the kind and name of what made them. */
export function podsOf(
  { kind, name }: ObservedWorkload,
  pods: readonly ObservedPod[],
): readonly ObservedPod[] {
  return pods.filter(
    ({ component, componentKind }) =>
      component === name && (componentKind === undefined || componentKind === kind),
  )
}

function workloadOf(
  name: ComponentName,
  workloads: readonly ObservedWorkload[],
): ObservedWorkload | undefined {
  const named = workloads.filter((workload) => workload.name === name)
  return named.find(({ kind }) => kind === KIND[name]) ?? named[0]
}

/** By name; where a StatefulSet bears the name of a Deployment its key tells the kind. */
function present(workloads: readonly ObservedWorkload[]): readonly ExpectedComponent[] {
  const taken = new Set<string>()
  return workloads
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.kind, b.kind))
    .map((workload) => {
      const name = taken.has(workload.name) ? `${workload.name} (${workload.kind})` : workload.name
      taken.add(workload.name)
      return { name, workload }
    })
}
