/** What one user asked of the API server and was allowed to do, from its audit log. */
import { readFile } from 'node:fs/promises'
import { stringify } from 'yaml'

/** The file of `--audit-policy-file`: every call of this user once it is answered, and of nobody else. */
export function auditPolicy(user: string): string {
  return stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata', users: [user] }, { level: 'None' }],
  })
}

export interface AuditedCall {
  readonly userAgent: string
  readonly verb: string
  readonly group: string
  /** `deployments`, `participants/status`. */
  readonly resource: string
  /** Undefined for calls that concern all namespaces or none. */
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly code: number
  /** By the roles of the user; an admission policy may have refused it all the same. */
  readonly allowed: boolean
}

interface AuditEvent {
  readonly userAgent?: string
  readonly verb: string
  readonly objectRef?: {
    readonly apiGroup?: string
    readonly resource?: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code?: number }
  readonly annotations?: Readonly<Record<string, string>>
}

/** Calls about objects, in the order of their answers; a watch is there twice once it has ended. */
export async function auditedCalls(auditLog: string): Promise<readonly AuditedCall[]> {
  const lines = (await readFile(auditLog, 'utf8')).split('\n')
  // The last line may be half written.
  return lines.slice(0, -1).flatMap((line) => callOf(JSON.parse(line) as AuditEvent))
}

function callOf({
  userAgent = '',
  verb,
  objectRef,
  responseStatus,
  annotations,
}: AuditEvent): readonly AuditedCall[] {
  if (objectRef?.resource === undefined) return []
  const { resource, subresource, apiGroup = '', namespace, name } = objectRef
  return [
    {
      userAgent,
      verb,
      group: apiGroup,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      namespace,
      name,
      code: responseStatus?.code ?? 0,
      allowed: annotations?.['authorization.k8s.io/decision'] === 'allow',
    },
  ]
}
