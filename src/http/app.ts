/** The HTTP door: one Fastify app that puts parsers, guards and routes together. It opens no port and asks no cluster. */
import swagger from '@fastify/swagger'
import Fastify, {
  type FastifyInstance,
  type FastifyPluginCallback,
  type FastifyRequest,
  type HTTPMethods,
  type onRequestHookHandler,
} from 'fastify'
import type { Logger } from 'pino'
import type { Auth } from '../config/auth.ts'
import { printable } from '../model/names.ts'
import type { ParticipantWriter } from '../model/requests.ts'
import { type AnswerTally, NO_ROUTE, tellAnswers } from './answers.ts'
import { authenticate } from './auth.ts'
import { answerClientError } from './client-error.ts'
import { type ErrorAnswerer, errorAnswerer, pathOf } from './errors.ts'
import { type HealthCheck, healthRoutes } from './health.ts'
import { addNamedSchemas, openapiOptions, openapiRoutes } from './openapi-routes.ts'
import type { Freshness, StatusReader } from './ports.ts'
import { RequestError } from './request-error.ts'
import { requestIds } from './request-id.ts'
import { logRequests } from './request-log.ts'
import { actRoutes } from './routes/acts.ts'
import { listRoute } from './routes/list.ts'
import { operationRoutes } from './routes/operations.ts'
import { statusRoute } from './routes/status.ts'
import { writeRoutes } from './routes/writes.ts'
import { preflight, type Stamp, stamper } from './stamp.ts'
import { compileValidator } from './validation.ts'

export interface AppOptions {
  readonly reader: StatusReader
  readonly writer: ParticipantWriter
  readonly freshness: () => Freshness
  readonly auth: Auth
  readonly log: Logger | false
  /** ms since 1970. */
  readonly now: () => number
  /** Told of every answer. */
  readonly onAnswer?: AnswerTally
  /** What `/readyz` asks besides whether the caches are synced. */
  readonly checks?: readonly HealthCheck[]
  /** How long a request may take to arrive. Default 30,000 ms. */
  readonly requestTimeoutMs?: number
}

const BODY_LIMIT_BYTES = 1_048_576
/** No parameter can be longer: Node refuses a request head beyond this. */
const REQUEST_HEAD_LIMIT_BYTES = 16_384

/** Throws `TypeError` when a token hash of `auth` is not one. The caller listens and closes. */
export function createApp(options: AppOptions): FastifyInstance {
  const { auth } = options
  const authenticated = auth.kind === 'tokens' ? authenticate(auth.callers) : undefined
  const stamp = stamper(options)
  const answerError = errorAnswerer({ log: options.log, stamp })
  const app = createServer(options, answerError)
  app.decorateRequest('caller', 'anonymous')
  app.setValidatorCompiler(compileValidator)
  app.setSerializerCompiler(() => (payload) => JSON.stringify(payload))
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(misdirected(app, options.onAnswer))
  acceptJsonOnly(app)
  if (options.log !== false) logRequests(app, options.log)
  if (options.onAnswer !== undefined) tellAnswers(app, options.onAnswer)

  app.register(swagger, openapiOptions)
  addNamedSchemas(app)
  app.register(healthRoutes, {
    checks: [{ name: 'caches-synced', ok: () => options.freshness().synced }, ...(options.checks ?? [])],
  })
  app.options('/api/*', { schema: { hide: true } }, preflight(auth))
  app.register(guarded, { ...options, stamp, authenticated })
  return app
}

function createServer(
  { now, requestTimeoutMs = 30_000 }: AppOptions,
  answerError: ErrorAnswerer,
): FastifyInstance {
  return Fastify({
    routerOptions: { compile: true, ignoreTrailingSlash: true, maxParamLength: REQUEST_HEAD_LIMIT_BYTES },
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: requestIds(now()),
    requestTimeout: requestTimeoutMs,
    http: {
      // Node takes the longer of the two for the whole request, whatever they are called.
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 6),
    },
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerError,
  })
}

interface GuardedOptions extends Pick<AppOptions, 'reader' | 'writer' | 'onAnswer'> {
  readonly stamp: Stamp
  /** Undefined where nobody is asked. */
  readonly authenticated: onRequestHookHandler | undefined
}

/** Everything that a caller has to be known for, also for learning that it does not exist. */
const guarded: FastifyPluginCallback<GuardedOptions> = (app, options, done) => {
  const { authenticated, reader, writer, stamp } = options
  if (authenticated !== undefined) app.addHook('onRequest', authenticated)
  app.register(openapiRoutes, { stamp })
  app.register(
    (api, _options, registered) => {
      const prefix = '/v1'
      api.setNotFoundHandler(misdirected(api, options.onAnswer))
      api.register(listRoute, { prefix, reader, stamp })
      api.register(statusRoute, { prefix, reader, stamp })
      api.register(writeRoutes, { prefix, writer, stamp })
      api.register(actRoutes, { prefix, writer, stamp })
      api.register(operationRoutes, { prefix, reader, stamp })
      registered()
    },
    { prefix: '/api' },
  )
  done()
}

/** One parser, so that no content type is read in another way than it is checked. An empty body is no body. */
function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body.length === 0 ? done(null, undefined) : parse(request, body.toString(), done),
  )
}

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'DELETE']

/** 405 with `Allow` where another method would do, else 404. */
function misdirected(
  app: FastifyInstance,
  tally: AnswerTally = () => () => undefined,
): (request: FastifyRequest) => never {
  return (request) => {
    const url = pathOf(request)
    const allowed = METHODS.filter((method) => app.findRoute({ method, url }) !== null)
    tally(request.method, NO_ROUTE)(allowed.length === 0 ? 404 : 405)
    if (allowed.length === 0)
      throw new RequestError('RouteNotFound', `nothing is served at ${printable(url)}`)
    const allow = allowed.join(', ')
    throw new RequestError(
      'MethodNotAllowed',
      `${request.method} is not allowed on ${printable(url)}; allowed: ${allow}`,
      { headers: { allow } },
    )
  }
}
