/** Says of all workloads that they run, in the place of controllers that are stopped: there are no pods. */
import type { Kube } from '../src/kube/kube.ts'
import { type KubeObject, RESOURCES } from '../src/model/kubernetes.ts'
import { PARTICIPANT_LABEL } from '../src/model/names.ts'
import { mapBounded } from '../src/reconcile/bounded.ts'

const AT_A_TIME = 16
const KINDS = [RESOURCES.Deployment, RESOURCES.StatefulSet] as const

export async function pretendRunning(kube: Kube): Promise<void> {
  for (const resource of KINDS) {
    const { items } = await kube.list<KubeObject>(resource, { labelSelector: PARTICIPANT_LABEL })
    await mapBounded(items, AT_A_TIME, async ({ metadata: { namespace = '', name, generation } }) => {
      const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 }
      const body = { status: { observedGeneration: generation, ...counts } }
      const options = { type: 'merge', subresource: 'status', manager: 'bench', body } as const
      await kube.patch(resource, { namespace, name }, options)
    })
  }
}
