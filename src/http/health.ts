/** `/livez`, `/readyz` and `/metrics`, in the manner of the Kubernetes API server. No question of who asks, no secrets. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { compileValidator } from './validation.ts'

/** A check that throws has failed. */
export interface HealthCheck {
  readonly name: string
  readonly ok: () => boolean
  /** A few words on how it stands, for people; not called when `ok` throws. */
  readonly detail?: () => string
}

export interface HealthRoutesOptions {
  /** What `/readyz` asks. `/livez` asks nothing: a process that answers is alive. */
  readonly checks: readonly HealthCheck[]
}

/** What Prometheus scrapes. */
export interface MetricsPage {
  readonly contentType: string
  readonly render: () => Promise<string>
}

const VerboseQuerySchema = Type.Object({
  verbose: Type.Optional(Type.String({ description: 'List each check; no value needed' })),
})

export const healthRoutes: FastifyPluginCallbackTypebox<HealthRoutesOptions> = (app, options, done) => {
  const probes = [
    { path: '/livez', checks: [], summary: 'Does the process answer?' },
    { path: '/readyz', checks: options.checks, summary: 'Can it serve requests?' },
  ]
  for (const { path, checks, summary } of probes) {
    const name = path.slice(1)
    const schema = {
      operationId: name,
      summary,
      tags: ['health'],
      security: [],
      querystring: VerboseQuerySchema,
      response: { 200: plainText('It does'), 503: plainText('It does not; each check is listed') },
    }
    app.get(path, { schema }, (request, reply) => {
      const { passed, text } = report(name, checks)
      return reply
        .code(passed ? 200 : 503)
        .headers({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
        .send(passed && request.query.verbose === undefined ? 'ok' : text)
    })
  }
  done()
}

function plainText(description: string): object {
  return { description, content: { 'text/plain': { schema: { type: 'string' } } } }
}

function report(
  probe: string,
  checks: readonly HealthCheck[],
): { readonly passed: boolean; readonly text: string } {
  const results = checks.map(resultOf)
  const passed = results.every(({ ok }) => ok)
  const lines = results.map(({ line }) => line)
  return { passed, text: [...lines, `${probe} check ${passed ? 'passed' : 'failed'}`, ''].join('\n') }
}

function resultOf({ name, ok, detail }: HealthCheck): { readonly ok: boolean; readonly line: string } {
  try {
    const passed = ok()
    const result = passed ? `[+]${name} ok` : `[-]${name} failed`
    return { ok: passed, line: detail === undefined ? result : `${result}: ${detail()}` }
  } catch {
    return { ok: false, line: `[-]${name} failed` }
  }
}

export interface HealthAppOptions extends HealthRoutesOptions {
  readonly metrics: MetricsPage
}

/** A server for probes and scrapes alone, so that they have a port that is never published. */
export function createHealthApp({ checks, metrics }: HealthAppOptions): FastifyInstance {
  const app = Fastify({ routerOptions: { ignoreTrailingSlash: true } })
  app.setValidatorCompiler(compileValidator)
  app.setSerializerCompiler(() => (payload) => JSON.stringify(payload))
  app.register(healthRoutes, { checks })
  app.get('/metrics', async (_request, reply) => {
    const page = await metrics.render()
    return reply.headers({ 'content-type': metrics.contentType, 'cache-control': 'no-store' }).send(page)
  })
  return app
}
