/** A Fastify route that returns the bytes of a status answer from a constant: the most that could be had. */
import Fastify from 'fastify'
import { tell } from '../child.ts'
import { recordOf } from '../records.ts'

const body = Buffer.from(recordOf('p00000').body)
const app = Fastify({ logger: false })
app.get('/', (_request, reply) => reply.type('application/json; charset=utf-8').send(body))
tell({ url: await app.listen({ host: '127.0.0.1', port: 0 }) })
