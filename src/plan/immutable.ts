/** Which fields the API server never changes, and what can be done about them: making the object anew, or leaving it. */
import type { KubeObject } from '../model/kubernetes.ts'
import { isLessQuantity } from '../model/quantity.ts'
import type { Difference } from './differences.ts'
import { fieldOf } from './place.ts'

/** What becomes of an object whose wanted fields cannot be applied. */
export type Remedy =
  /** Deleted and made anew. `Orphan`: its pods go on running and are taken over. */
  | { readonly do: 'recreate'; readonly propagation: 'Orphan' | 'Background' }
  /** Left as it is: making it anew would lose what it holds. */
  | { readonly do: 'keep' }

interface Rule {
  readonly kind: string
  /** True for a difference that the API server would refuse to apply. */
  readonly refuses: (difference: Difference, live: KubeObject) => boolean
  readonly remedy: (refused: readonly Difference[]) => Remedy
}

/** All of `spec` but these (apps/v1 validation, `ValidateStatefulSetUpdate`). */
const STATEFUL_SET_CHANGEABLE =
  /^spec\.(?:replicas|ordinals|template|updateStrategy|revisionHistoryLimit|persistentVolumeClaimRetentionPolicy|minReadySeconds)\b/u
const SELECTOR = /^spec\.selector\b/u
const STORAGE = 'spec.resources.requests.storage'

const RULES: readonly Rule[] = [
  {
    kind: 'StatefulSet',
    refuses: ({ path }) => /^spec\b/u.test(path) && !STATEFUL_SET_CHANGEABLE.test(path),
    // Pods that the new selector does not find would run on beside the new ones, with the same volume.
    remedy: (refused) => ({
      do: 'recreate',
      propagation: refused.some(({ path }) => SELECTOR.test(path)) ? 'Background' : 'Orphan',
    }),
  },
  {
    kind: 'Deployment',
    refuses: ({ path }) => SELECTOR.test(path),
    remedy: () => ({ do: 'recreate', propagation: 'Background' }),
  },
  {
    kind: 'Service',
    refuses: ({ path }) => /^spec\.clusterIPs?\b/u.test(path),
    remedy: () => ({ do: 'recreate', propagation: 'Background' }),
  },
  {
    kind: 'ConfigMap',
    refuses: ({ path }, live) =>
      fieldOf(live, 'immutable') === true && /^(?:data|binaryData|immutable)\b/u.test(path),
    remedy: () => ({ do: 'recreate', propagation: 'Background' }),
  },
  {
    kind: 'PersistentVolumeClaim',
    refuses: ({ path, wanted, live }) =>
      path === STORAGE ? isLessQuantity(wanted, live) : /^spec\b/u.test(path),
    remedy: () => ({ do: 'keep' }),
  },
]

export interface Refused {
  readonly remedy: Remedy
  /** Never empty. */
  readonly differences: readonly Difference[]
}

/** Undefined: all of the differences can be applied. */
export function refusedOf(live: KubeObject, differences: readonly Difference[]): Refused | undefined {
  const rule = RULES.find(({ kind }) => kind === live.kind)
  const refused = differences.filter((difference) => rule?.refuses(difference, live) === true)
  if (rule === undefined || refused.length === 0) return undefined
  return { remedy: rule.remedy(refused), differences: refused }
}
