/** Names and labels of everything a participant consists of (Kubernetes documentation, "Recommended Labels"). */
import { COMPONENT_LABEL, MANAGED_BY, MANAGED_BY_LABEL, PARTICIPANT_LABEL } from '../model/names.ts'
import type { ComponentName } from '../model/participant.ts'
import type { ManifestInput } from './input.ts'

type Labels = Record<string, string>

export interface Metadata {
  readonly name: string
  readonly namespace: string
  readonly labels: Labels
}

/** What the namespace carries, and with the component everything in it. */
export function commonLabels(participant: string): Labels {
  return {
    'app.kubernetes.io/instance': participant,
    [MANAGED_BY_LABEL]: MANAGED_BY,
    'app.kubernetes.io/part-of': 'dataspace-participant',
    [PARTICIPANT_LABEL]: participant,
  }
}

export function componentLabels(participant: string, component: ComponentName): Labels {
  return {
    ...commonLabels(participant),
    'app.kubernetes.io/name': component,
    [COMPONENT_LABEL]: component,
  }
}

/** Immutable in a workload, hence only what never changes. */
export function selectorLabels(participant: string, component: ComponentName): Labels {
  return { [COMPONENT_LABEL]: component, [PARTICIPANT_LABEL]: participant }
}

/** Of what belongs to no single component. */
export function sharedMetadata({ name: participant }: ManifestInput, name: string): Metadata {
  const labels = {
    ...commonLabels(participant),
    'app.kubernetes.io/name': SHARED,
    [COMPONENT_LABEL]: SHARED,
  }
  return { name, namespace: participant, labels }
}

const SHARED = 'participant'

/** `name` is the component's own name unless it is given. */
export function metadataOf(
  { name: participant }: ManifestInput,
  component: ComponentName,
  name: string = component,
): Metadata {
  return { name, namespace: participant, labels: componentLabels(participant, component) }
}
