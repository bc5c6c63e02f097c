/** Keeps of a Participant and of its Namespace what a verdict needs. */
import type { Namespace } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { ASKS, OWNER_ANNOTATION, PARTICIPANT_LABEL } from '../model/names.ts'
import type { ObservedNamespace } from '../model/observed.ts'
import type { Participant } from '../model/participant.ts'
import { readCondition, text } from './defaults.ts'

/** The resource without the bookkeeping of field managers and of kubectl, which is most of its size: of the annotations only what people ask by them. */
export function projectParticipant(object: KubeObject): Participant {
  const { spec, status, metadata, apiVersion, kind } = object as Participant
  const { managedFields: _managers, annotations = {}, ...kept } = metadata as WireMeta
  const asked = Object.values(ASKS).filter((name) => annotations[name] !== undefined)
  return {
    apiVersion,
    kind,
    metadata: {
      ...kept,
      ...(asked.length > 0 && {
        annotations: Object.fromEntries(asked.map((name) => [name, annotations[name] ?? ''])),
      }),
    },
    spec,
    ...(status && { status }),
  }
}

type WireMeta = Participant['metadata'] & { readonly managedFields?: unknown }

export function projectNamespace(object: KubeObject): ObservedNamespace {
  const { metadata, status = {} } = object as KubeObject & Pick<Namespace, 'status'>
  const { deletionTimestamp } = metadata
  return {
    name: metadata.name,
    uid: text(metadata.uid),
    participant: text(metadata.labels?.[PARTICIPANT_LABEL]),
    ownerUid: text(metadata.annotations?.[OWNER_ANNOTATION]),
    terminating: deletionTimestamp !== undefined || status.phase === 'Terminating',
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    conditions: (status.conditions ?? []).filter(({ status: is }) => is === 'True').map(readCondition),
  }
}
