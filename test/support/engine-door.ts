/** The engine on a built-in cluster, behind the HTTP door, with watches that a test can hold back. */
import type { FastifyInstance } from 'fastify'
import { type Engine, type EngineOptions, openEngine } from '../../src/engine.ts'
import { createApp } from '../../src/http/app.ts'
import type { Kube } from '../../src/kube/kube.ts'
import { DEFAULT_PROFILE } from '../../src/manifests/default-profile.ts'
import { type HeldBackKube, holdBack } from './held-back-kube.ts'
import { RecordedLog } from './recorded-log.ts'

export interface EngineDoor extends AsyncDisposable {
  readonly watches: Pick<HeldBackKube, 'hold' | 'release'>
  readonly engine: Engine
  readonly log: RecordedLog
  /** Resolves when the caches are synced and everything has been judged once. */
  readonly ready: Promise<void>
  get(path: string): Promise<Answered>
  post(participantName: string): Promise<Answered>
  delete(participantName: string): Promise<Answered>
}

export interface Answered {
  readonly code: number
  readonly headers: Readonly<Record<string, unknown>>
  /** `status` of the body, where there is one. */
  readonly status: string | undefined
  readonly body: unknown
}

export interface EngineDoorOptions extends Pick<EngineOptions, 'home' | 'unavailableAfterMs'> {
  /** Begins with held watches. */
  readonly held?: boolean
}

/** Started, but not awaited: see `ready`. */
export function openEngineDoor(kube: Kube, { held = false, ...options }: EngineDoorOptions = {}): EngineDoor {
  const stack = new AsyncDisposableStack()
  const watches = holdBack(kube)
  if (held) watches.hold()
  const log = new RecordedLog()
  const engine = stack.use(
    openEngine({
      kube: watches.kube,
      profiles: new Map([[DEFAULT_PROFILE.name, DEFAULT_PROFILE]]),
      reserved: [],
      discovery: { legacy: false },
      log,
      ...options,
    }),
  )
  const { reader, writer, freshness } = engine
  const app = createApp({ reader, writer, freshness, auth: { kind: 'none' }, log: false, now: Date.now })
  stack.defer(() => app.close())
  const stop = new AbortController()
  stack.defer(() => stop.abort())
  const ready = engine.start(stop.signal)
  ready.catch(() => undefined)
  const url = '/api/v1/resources'
  return {
    watches,
    engine,
    log,
    ready,
    get: (path) => ask(app, { method: 'GET', url: path }),
    post: (participantName) =>
      ask(app, {
        method: 'POST',
        url,
        payload: { participantName, did: `did:web:${participantName}.example` },
      }),
    delete: (participantName) => ask(app, { method: 'DELETE', url, payload: { participantName } }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly payload?: object
}

async function ask(app: FastifyInstance, request: Request): Promise<Answered> {
  const answer = await app.inject(request)
  const body: unknown = answer.json()
  const { status } = body as { readonly status?: string }
  return { code: answer.statusCode, headers: answer.headers, status, body }
}
