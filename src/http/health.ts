/** `/livez` and `/readyz`, in the manner of the Kubernetes API server. No question of who asks, no secrets. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { compileValidator } from './validation.ts'

/** A check that throws has failed. */
export interface HealthCheck {
  readonly name: string
  readonly ok: () => boolean
}

export interface HealthRoutesOptions {
  /** What `/readyz` asks. `/livez` asks nothing: a process that answers is alive. */
  readonly checks: readonly HealthCheck[]
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
  const results = checks.map((check) => ({ name: check.name, ok: passes(check) }))
  const passed = results.every(({ ok }) => ok)
  const lines = results.map(({ name, ok }) => (ok ? `[+]${name} ok` : `[-]${name} failed`))
  return { passed, text: [...lines, `${probe} check ${passed ? 'passed' : 'failed'}`, ''].join('\n') }
}

function passes({ ok }: HealthCheck): boolean {
  try {
    return ok()
  } catch {
    return false
  }
}

/** A server for probes alone, so that they have a port that is never published. */
export function createHealthApp(options: HealthRoutesOptions): FastifyInstance {
  const app = Fastify({ routerOptions: { ignoreTrailingSlash: true } })
  app.setValidatorCompiler(compileValidator)
  app.setSerializerCompiler(() => (payload) => JSON.stringify(payload))
  app.register(healthRoutes, options)
  return app
}
