/** What the suites do with participants, through the HTTP API as a caller would. */
import assert from 'node:assert/strict'
import { type KubeObject, RESOURCES } from '../../src/model/kubernetes.ts'
import { FAULT_ANNOTATION } from '../../src/model/names.ts'
import type { RunningService } from '../../src/service.ts'
import type { Answer } from '../../src/status/answer.ts'
import { eventually } from '../support/eventually.ts'
import type { TestCluster } from './test-cluster.ts'

type Service = Pick<RunningService, 'url'>

export interface Reply {
  readonly code: number
  readonly headers: Headers
  readonly body: unknown
}

export async function call(
  service: Service,
  request: `${'GET' | 'POST' | 'DELETE'} /${string}`,
  body?: unknown,
): Promise<Reply> {
  const [method = '', path = ''] = request.split(' ')
  const response = await fetch(`${service.url}${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  })
  const text = await response.text()
  return {
    code: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}

export async function create(service: Service, participantName: string, more: object = {}): Promise<Reply> {
  const body = { participantName, did: `did:web:${participantName}.example`, ...more }
  const reply = await call(service, 'POST /api/v1/resources', body)
  assert.equal(reply.code, 200, JSON.stringify(reply.body))
  return reply
}

export async function statusOf(service: Service, name: string): Promise<Answer | undefined> {
  const { code, body } = await call(service, `GET /api/v1/resources/${name}/status`)
  return code === 200 ? (body as Answer) : undefined
}

/** How long the cluster may take to do its part, ms. */
export const CLUSTER_MS = 60_000

export interface Expected {
  /** Completes "waited for …". */
  readonly what: string
  /** Default: time enough for the cluster to do its part. */
  readonly withinMs?: number
  readonly holds: (answer: Answer) => boolean
}

/** The first status of which it holds; what was seen last is in the error. */
export async function untilTold(
  service: Service,
  name: string,
  { what, withinMs = CLUSTER_MS, holds }: Expected,
): Promise<Answer> {
  let seen: Answer | undefined
  try {
    return await eventually(
      async () => {
        seen = await statusOf(service, name)
        return seen !== undefined && holds(seen) && seen
      },
      { what: `${name} to be told as ${what}`, withinMs },
    )
  } catch (cause) {
    throw new Error(`${name} was told as ${JSON.stringify(seen)} instead of as ${what}`, { cause })
  }
}

export const untilStatus = (
  service: Service,
  name: string,
  holds: (answer: Answer) => boolean,
): Promise<Answer> => untilTold(service, name, { what: 'expected', holds })

export const untilReady = (service: Service, name: string): Promise<Answer> =>
  untilStatus(service, name, ({ status }) => status === 'READY')

export async function untilGone(service: Service, name: string, withinMs = CLUSTER_MS): Promise<void> {
  await eventually(async () => (await statusOf(service, name)) === undefined, {
    what: `${name} to be gone`,
    withinMs,
  })
}

export async function remove(service: Service, name: string, withinMs = CLUSTER_MS): Promise<void> {
  const { code, body } = await call(service, 'DELETE /api/v1/resources', { participantName: name })
  assert.equal(code, 200, JSON.stringify(body))
  await untilGone(service, name, withinMs)
}

/** Lets the new pods of a Deployment or StatefulSet fail; undefined lets them be well again. */
export async function setFault(
  { kube }: Pick<TestCluster, 'kube'>,
  workload: {
    readonly kind: 'Deployment' | 'StatefulSet'
    readonly namespace: string
    readonly name: string
  },
  fault: string | undefined,
): Promise<void> {
  const { kind, namespace, name } = workload
  await kube.patch<KubeObject>(
    RESOURCES[kind],
    { namespace, name },
    {
      type: 'merge',
      manager: 'somebody-with-kubectl',
      body: { spec: { template: { metadata: { annotations: { [FAULT_ANNOTATION]: fault ?? null } } } } },
    },
  )
}
