/** Reads from a namespace whether it is on its way out, and what holds it. */
import type { KubeObject } from '../model/kubernetes.ts'

interface NamespaceLike extends KubeObject {
  readonly status?: {
    readonly phase?: string
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly message?: string
    }[]
  }
}

export function isTerminating(namespace: KubeObject): boolean {
  const { metadata, status }: NamespaceLike = namespace
  return metadata.deletionTimestamp !== undefined || status?.phase === 'Terminating'
}

/** What the namespace controller says is left (`NamespaceContentRemaining`, `NamespaceFinalizersRemaining`, failures). */
export function remainsOf(namespace: KubeObject): string {
  const { status }: NamespaceLike = namespace
  return (status?.conditions ?? [])
    .filter((condition) => condition.status === 'True' && (condition.message ?? '') !== '')
    .map(({ message }) => message)
    .join('; ')
}
