/** Tells of every answer which route gave it, and with which status. */
import type { FastifyInstance, onSendHookHandler } from 'fastify'

/** Asked once for each route, `/api/v1/resources/:name/status` say; what it gives is told the status of each answer. */
export type AnswerTally = (method: string, route: string) => (status: number) => void

/** For what is not served. */
export const NO_ROUTE = 'none'

/**
 * Just before the answer is sent: listening for the end of a response costs more than all else that is done for a read,
 * and so does asking each request for its route.
 */
export function tellAnswers(app: FastifyInstance, tally: AnswerTally): void {
  app.addHook('onRoute', (route) => {
    const told = tally(String(route.method), route.url)
    const counted: onSendHookHandler = (...[, reply, payload, done]) => {
      told(reply.statusCode)
      done(null, payload)
    }
    route.onSend = [route.onSend ?? [], counted].flat()
  })
}
