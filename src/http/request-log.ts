/** One structured line per finished request: writes at info, reads at debug. No bodies, no headers, no query. */
import type { FastifyInstance, onResponseHookHandler } from 'fastify'
import type { Logger } from 'pino'

export function logRequests(app: FastifyInstance, log: Logger): void {
  const logged = requestLog(log)
  app.addHook('onRoute', (route) => {
    // Listening for the end of a response costs more than all else that is done for a read.
    if (levelOf(String(route.method)) === 'info' || log.isLevelEnabled('debug')) route.onResponse = logged
  })
}

function requestLog(log: Logger): onResponseHookHandler {
  return (request, reply, done) => {
    const level = levelOf(request.method)
    if (log.isLevelEnabled(level)) {
      log[level](
        {
          method: request.method,
          route: request.routeOptions.url ?? 'none',
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime * 10) / 10,
          requestId: request.id,
          caller: request.caller,
        },
        'request finished',
      )
    }
    done()
  }
}

function levelOf(method: string): 'info' | 'debug' {
  return method === 'POST' || method === 'DELETE' ? 'info' : 'debug'
}
