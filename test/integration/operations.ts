/** What the suites do with operations and with the events that tell of them. */
import assert from 'node:assert/strict'
import type { OperationBody } from '../../src/contract/operation.ts'
import { type KubeObject, RESOURCES } from '../../src/model/kubernetes.ts'
import { EVENTS_NAMESPACE } from '../../src/model/names.ts'
import type { RunningService } from '../../src/service.ts'
import { eventually } from '../support/eventually.ts'
import { call, CLUSTER_MS, create } from './participants.ts'
import type { TestCluster } from './test-cluster.ts'

type Service = Pick<RunningService, 'url'>

export interface CoreEvent extends KubeObject {
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly reportingComponent: string
}

export async function operationAt(service: Service, location: string): Promise<OperationBody> {
  const { code, body } = await call(service, `GET ${location as `/${string}`}`)
  assert.equal(code, 200, JSON.stringify(body))
  return body as OperationBody
}

export async function operationsOf(service: Service, name: string): Promise<readonly OperationBody[]> {
  const { code, body } = await call(service, `GET /api/v1/resources/${name}/operations`)
  assert.equal(code, 200, JSON.stringify(body))
  return body as readonly OperationBody[]
}

export async function untilOver(service: Service, location: string): Promise<OperationBody> {
  return await eventually(
    async () => {
      const operation = await operationAt(service, location)
      return operation.state !== 'pending' && operation.state !== 'running' && operation
    },
    { what: `${location} to be over`, withinMs: CLUSTER_MS },
  )
}

interface Asked {
  readonly location: string
  readonly operation: OperationBody
}

export async function ask(
  service: Service,
  name: string,
  act: 'retry' | 'suspend' | 'resume',
): Promise<Asked> {
  const { code, headers, body } = await call(service, `POST /api/v1/resources/${name}/${act}`)
  assert.ok(code === 200 || code === 202, JSON.stringify(body))
  const location = headers.get('operation-location') ?? ''
  const operation = body as OperationBody
  assert.equal(location, `/api/v1/operations/${operation.id}`)
  return { location, operation }
}

/** READY is told as soon as it is so; the operation is over with the pass after that. */
export async function created(service: Service, name: string): Promise<void> {
  const { headers } = await create(service, name)
  assert.equal((await untilOver(service, headers.get('operation-location') ?? '')).state, 'succeeded')
}

export const told = ({ type, state }: OperationBody): string => `${type} ${state}`

export async function eventsAbout(
  { kube }: Pick<TestCluster, 'kube'>,
  name: string,
): Promise<readonly CoreEvent[]> {
  const fieldSelector = `involvedObject.kind=Participant,involvedObject.name=${name}`
  const { items } = await kube.list<CoreEvent>(RESOURCES.Event, {
    namespace: EVENTS_NAMESPACE,
    fieldSelector,
  })
  return items
}

/** Of a participant; the first whose reason and text fit. */
export async function untilEvent(
  cluster: Pick<TestCluster, 'kube'>,
  name: string,
  { reason, says }: { readonly reason: string; readonly says: RegExp },
): Promise<CoreEvent> {
  return await eventually(
    async () =>
      (await eventsAbout(cluster, name)).find((each) => each.reason === reason && says.test(each.message)),
    { what: `an event ${reason} about ${name} that says ${says}`, withinMs: 30_000 },
  )
}

/** What `kubectl describe` shows; where there is no kubectl, what it would read. */
export async function describeParticipant(cluster: TestCluster, name: string): Promise<string> {
  if (cluster.kubectl !== undefined) return await cluster.kubectl('describe', 'participant', name)
  const resource = await cluster.kube.get(RESOURCES.Participant, { name })
  return [resource, ...(await eventsAbout(cluster, name))].map((object) => JSON.stringify(object)).join('\n')
}

/** Until the newest operation is told so, such as `update succeeded`. */
export async function untilNewest(service: Service, name: string, story: string): Promise<void> {
  await eventually(async () => (await operationsOf(service, name)).map(told)[0] === story, {
    what: `${name} to have ${story}`,
    withinMs: CLUSTER_MS,
  })
}
