/** The mark on a workload whose pods we replace: it is set in the same write as the new pod template. */
import type { KubeObject } from '../model/kubernetes.ts'
import { REPLACING_ANNOTATION } from '../model/names.ts'
import type { Difference } from './differences.ts'
import { isFieldOfOurs } from './ownership.ts'
import { fieldOf, isList } from './place.ts'

/** Tells a rollout of ours from a component that is not well for another reason, after any restart of this program. */
export interface Mark {
  /** When the template was applied, RFC 3339. */
  readonly since: string
  /** What ran before: the image of the first container; left out when nothing did. */
  readonly image?: string
}

const MARK_PATH = `metadata.annotations["${REPLACING_ANNOTATION}"]`

/** Undefined also for one that somebody else set, such as `kubectl rollout undo`, which brings back old annotations. */
export function markOf(live: KubeObject): Mark | undefined {
  const text = live.metadata.annotations?.[REPLACING_ANNOTATION]
  if (text === undefined) return undefined
  return isFieldOfOurs(live, ['metadata', 'annotations', REPLACING_ANNOTATION]) ? markIn(text) : undefined
}

export function withMark(object: KubeObject, mark: Mark): KubeObject {
  return annotated(object, { [REPLACING_ANNOTATION]: JSON.stringify(mark) })
}

/** What an apply changes that leaves the mark out. */
export function markTakenAway({ metadata }: KubeObject): Difference {
  return { path: MARK_PATH, wanted: undefined, live: metadata.annotations?.[REPLACING_ANNOTATION] }
}

export function isMarkTakenAway({ path, wanted }: Difference): boolean {
  return path === MARK_PATH && wanted === undefined
}

/** Of the first container of a workload's template; empty when it has none. */
export function imageOf(workload: KubeObject): string {
  const template = fieldOf(fieldOf(workload, 'spec'), 'template')
  const containers = fieldOf(fieldOf(template, 'spec'), 'containers')
  const image = isList(containers) ? fieldOf(containers[0], 'image') : undefined
  return typeof image === 'string' ? image : ''
}

function annotated(object: KubeObject, more: Readonly<Record<string, string>>): KubeObject {
  const annotations = { ...object.metadata.annotations, ...more }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

function markIn(text: string): Mark {
  try {
    const value: unknown = JSON.parse(text)
    const since = fieldOf(value, 'since')
    const image = fieldOf(value, 'image')
    return {
      since: typeof since === 'string' ? since : '',
      ...(typeof image === 'string' && { image }),
    }
  } catch {
    return { since: '' }
  }
}
