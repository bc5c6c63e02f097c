/** Is the Participant resource installed, and is it ours? */
import { participantCrd } from '../../crd/participant-crd.ts'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import type { Check } from '../finding.ts'
import { missingIn } from './missing-in.ts'

interface InstalledCrd extends KubeObject {
  readonly spec: unknown
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly message?: string
    }[]
  }
}

const APPLY = 'kubectl apply --server-side -f deploy/crd/participants.dataspaces.dev.yaml'

/** Words for people may differ, and a newer definition may have more than ours: only what the program relies on counts. */
export const resource: Check = {
  name: 'resource',
  run: async ({ kube }) => {
    const { metadata, spec } = participantCrd()
    const live = await kube.get<InstalledCrd>(RESOURCES.CustomResourceDefinition, { name: metadata.name })
    if (live === undefined)
      return [{ result: 'fail', message: `${metadata.name} is not installed`, next: APPLY }]
    const [lack, ...more] = missingIn(spec, live.spec)
    if (lack !== undefined)
      return [
        {
          result: 'fail',
          message: `${metadata.name} is another version: ${lack} differs${more.length > 0 ? `, and ${more.length} more places` : ''}`,
          next: APPLY,
        },
      ]
    const established = live.status?.conditions?.find(({ type }) => type === 'Established')
    if (established?.status !== 'True')
      return [
        {
          result: 'fail',
          message: `${metadata.name} is not served yet${established?.message ? `: ${established.message}` : ''}`,
          next: `kubectl describe crd ${metadata.name}`,
        },
      ]
    const { version } = RESOURCES.Participant
    return [{ result: 'ok', message: `${metadata.name} ${version}, with the schema of this program` }]
  },
}
