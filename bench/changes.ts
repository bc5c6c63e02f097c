/** Changes that carry their number, so that whoever sees an answer can tell which change it shows. */
import { deploymentOf } from './objects.ts'

export interface ChangeWish {
  readonly perSecond: number
  readonly seconds: number
}

/** A line of a watch: a Deployment that lost its pod, for a reason that names the change. */
export function changedDeployment(name: string, change: number, resourceVersion: number): string {
  const deployment = deploymentOf(name, 'dataplane') as ReturnType<typeof deploymentOf> & {
    status: Record<string, unknown>
  }
  const condition = {
    type: 'Progressing',
    status: 'False',
    reason: 'BenchChange',
    message: `change ${change} happened`,
    lastTransitionTime: '2026-01-01T00:10:00Z',
  }
  const object = {
    ...deployment,
    metadata: { ...deployment.metadata, resourceVersion: String(resourceVersion) },
    status: { ...deployment.status, readyReplicas: 0, availableReplicas: 0, conditions: [condition] },
  }
  return `${JSON.stringify({ type: 'MODIFIED', object })}\n`
}

/** The number of the change that an answer shows. */
export function changeIn(body: Uint8Array): number | undefined {
  const found = /change (\d+) happened/u.exec(Buffer.from(body).toString('utf8'))
  return found?.[1] === undefined ? undefined : Number(found[1])
}
