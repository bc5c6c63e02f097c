/** For tests of the door only: an app over a store and a writer that live in memory and keep the promises of the ports. */
import type { FastifyInstance } from 'fastify'
import { objectMap } from '../contract/object-map.ts'
import { faultOfDid } from '../model/did.ts'
import { NotFoundError, RefusedError } from '../model/errors.ts'
import { readHost } from '../model/host.ts'
import { faultOfName, RESERVED_BY_DEFAULT } from '../model/names.ts'
import { operationId } from '../model/operation.ts'
import type { Operation, OperationType, Phase } from '../model/participant.ts'
import type { Accepted, Acted, CreateRequest, ParticipantWriter } from '../model/requests.ts'
import type { StatusRecord } from '../store/store.ts'
import { type AppOptions, createApp } from './app.ts'
import type { Freshness, StatusReader } from './ports.ts'

export const UID = '0b6d2c1e-6a38-4d2b-9f7d-5a4f2f3f9a10'
export const OBSERVED_AT = '2025-01-15T10:30:05Z'
const OBSERVED_AT_MS = Date.parse(OBSERVED_AT)

export interface TestApp extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly records: Map<string, StatusRecord>
  /** Names that the store was asked for. */
  readonly asked: string[]
  /** What the writer accepted. */
  readonly written: CreateRequest[]
  /** Changes what the app learns about the cluster from now on. */
  readonly see: (seen: Partial<Freshness>) => void
}

export function testApp(overrides: Partial<AppOptions> = {}): TestApp {
  const records = new Map<string, StatusRecord>()
  const asked: string[] = []
  const written: CreateRequest[] = []
  let seen: Freshness = { synced: true, stale: false, observedAtMs: OBSERVED_AT_MS }
  const app = createApp({
    reader: readerOf(records, asked),
    writer: writerOf(records, written),
    freshness: () => seen,
    auth: { kind: 'none' },
    log: false,
    now: () => OBSERVED_AT_MS,
    ...overrides,
  })
  return {
    app,
    records,
    asked,
    written,
    see: (change) => {
      seen = { ...seen, ...change }
    },
    [Symbol.asyncDispose]: () => app.close(),
  }
}

export function aRecord(name: string, status: Phase = 'READY', extra: object = {}): StatusRecord {
  const lastUpdated = '2025-01-15T10:30:00Z'
  const body = {
    participantName: name,
    status,
    lastUpdated,
    components: {},
    message: 'grün',
    events: [],
    ...extra,
  }
  return {
    name,
    uid: UID,
    did: `did:web:${name}.example`,
    status,
    reason: 'Tested',
    message: body.message,
    lastUpdated,
    body: new TextEncoder().encode(JSON.stringify(body)),
    etag: `"${name}-1"`,
    resourceVersion: '1',
    operations: [anOperation({ id: operationId({ participantName: name, type: 'create', uid: UID }) })],
  }
}

/** A creation that went well; a test names only what differs. */
export function anOperation(differs: Partial<Operation> = {}): Operation {
  return {
    id: `acme.create.${UID}`,
    type: 'create',
    state: 'succeeded',
    generation: 1,
    startedTime: '2025-01-15T10:29:50Z',
    finishedTime: '2025-01-15T10:30:00Z',
    steps: [{ name: 'readiness', state: 'Done', attempts: 1, durationMs: 10_000 }],
    ...differs,
  }
}

function readerOf(records: ReadonlyMap<string, StatusRecord>, asked: string[]): StatusReader {
  return {
    get: async (name) => {
      asked.push(name)
      return records.get(name)
    },
    list: async ({ statuses, page, limit }) => {
      const matches = [...records.values()]
        .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      return { total: matches.length, items: matches.slice((page - 1) * limit, page * limit) }
    },
  }
}

function writerOf(records: Map<string, StatusRecord>, written: CreateRequest[]): ParticipantWriter {
  const preview = async (request: CreateRequest): Promise<Accepted> => {
    refuseBad(request)
    const held = records.get(request.participantName)
    if (held !== undefined && held.did !== request.did)
      throw new RefusedError('NameTaken', `participantName "${held.name}" is taken with another DID`)
    return accepted(request.participantName)
  }
  return {
    preview,
    create: async (request) => {
      const answer = await preview(request)
      written.push(request)
      records.set(request.participantName, { ...aRecord(request.participantName), did: request.did })
      return answer
    },
    delete: async (participantName) => {
      if (!records.has(participantName))
        throw new NotFoundError(`participant "${participantName}" does not exist`)
      return accepted(participantName)
    },
    retry: actOn(records, 'retry'),
    suspend: actOn(records, 'suspend'),
    resume: actOn(records, 'resume'),
  }
}

/** One that does the same whatever is asked. */
export function writerOfOne(answer: () => Promise<never>): ParticipantWriter {
  return {
    create: answer,
    preview: answer,
    delete: answer,
    retry: answer,
    suspend: answer,
    resume: answer,
  }
}

/** As a cluster in which nobody has begun with it yet. */
function actOn(records: ReadonlyMap<string, StatusRecord>, type: OperationType) {
  return async (participantName: string): Promise<Acted> => {
    if (!records.has(participantName))
      throw new NotFoundError(`participant "${participantName}" does not exist`)
    const id = operationId({ participantName, type, nth: 2, uid: UID })
    return { participantName, operation: { id, type, state: 'pending', generation: 2, steps: [] } }
  }
}

function refuseBad({ participantName, did, kubeHost = 'localhost' }: CreateRequest): void {
  const name = faultOfName(participantName, RESERVED_BY_DEFAULT)
  if (name !== undefined) throw new RefusedError('InvalidName', name)
  const identifier = faultOfDid(did)
  if (identifier !== undefined) throw new RefusedError('InvalidDid', identifier)
  const host = readHost(kubeHost)
  if (!host.ok) throw new RefusedError('InvalidHost', host.fault)
}

function accepted(participantName: string): Accepted {
  const objects = objectMap([
    { name: participantName, kind: 'Namespace' },
    { name: 'controlplane', kind: 'Deployment' },
    { name: 'controlplane', kind: 'Service' },
  ])
  return { participantName, uid: UID, objects }
}
