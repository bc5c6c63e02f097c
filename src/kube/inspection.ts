/** What somebody who checks an installation asks an API server beyond its objects: what it serves, and what we may do. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Verb } from '../install/rights.ts'
import type { Resource } from '../model/kubernetes.ts'
import { hasReason } from './errors.ts'
import { openTransport, type Transport, type TransportOptions } from './transport.ts'
import { DEFAULT_TUNING } from './tuning.ts'

export interface AccessQuestion {
  readonly verb: Verb
  readonly resource: Resource
  readonly subresource?: 'status' | 'proxy'
  /** Left out: all namespaces, or a cluster-scoped object. */
  readonly namespace?: string | undefined
  /** Left out: all names. */
  readonly name?: string | undefined
}

/** Each call throws like those of `Kube`. */
export interface Inspection {
  /** Whether the roles of this account allow it. Asks with a SelfSubjectAccessReview; at most eight at the same time. */
  mayI(question: AccessQuestion): Promise<boolean>
  /** Such as `v1` and `v1beta1`, the preferred one first; undefined when the group is not served. */
  versionsOf(group: string): Promise<readonly string[] | undefined>
}

/** On connections of its own; disposing ends them. Gives up soon: somebody waits for the answer. */
const TUNING = { ...DEFAULT_TUNING, deadlineMs: 15_000, maxAttempts: 3, maxConnections: 8 }

export function openInspection(
  options: Omit<TransportOptions, 'tuning' | 'delay'>,
): Inspection & AsyncDisposable {
  const delay: TransportOptions['delay'] = async (ms, signal) => {
    await pause(ms, undefined, { signal })
  }
  const transport = openTransport({ ...options, tuning: TUNING, delay })
  return {
    mayI: async (question) => await mayI(transport, question),
    versionsOf: async (group) => await versionsOf(transport, group),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  }
}

async function mayI(
  transport: Transport,
  { verb, resource, subresource, namespace, name }: AccessQuestion,
): Promise<boolean> {
  const { group, plural } = resource
  const answer = await transport.call({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, group, resource: plural, subresource, namespace, name } },
    },
    // A question: nothing is stored.
    idempotent: true,
  })
  return (answer as { readonly status?: { readonly allowed?: boolean } }).status?.allowed === true
}

interface ApiGroup {
  readonly versions?: readonly { readonly version: string }[]
  readonly preferredVersion?: { readonly version: string }
}

async function versionsOf(transport: Transport, group: string): Promise<readonly string[] | undefined> {
  try {
    const answer = await transport.call({ method: 'GET', path: `/apis/${group}`, idempotent: true })
    const { versions = [], preferredVersion } = answer as ApiGroup
    const preferred = preferredVersion === undefined ? [] : [preferredVersion.version]
    return [...new Set([...preferred, ...versions.map(({ version }) => version)])]
  } catch (error) {
    if (hasReason(error, 'NotFound')) return undefined
    throw error
  }
}
