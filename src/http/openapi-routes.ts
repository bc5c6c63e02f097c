/** The OpenAPI 3.1 document, generated from the schemas that the routes are made of. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { ErrorSchema, NotFoundSchema, ProblemSchema } from '../contract/errors.ts'
import { OperationSchema } from '../contract/operation.ts'
import { ParticipantStatusSchema } from '../contract/participant-status.ts'
import { ListItemSchema, ObjectMapSchema } from '../contract/resources.ts'
import { sendTagged, etagOf, type TaggedAnswer } from './conditional.ts'
import { errorResponses, notModified } from './documentation.ts'
import type { Stamp } from './stamp.ts'

/** Schemas with a name of their own in the document. */
const NAMED_SCHEMAS = [
  ParticipantStatusSchema,
  ListItemSchema,
  ObjectMapSchema,
  OperationSchema,
  ErrorSchema,
  NotFoundSchema,
  ProblemSchema,
]

export const openapiOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'dataspace-provisioner',
      version: '1.0.0',
      description: 'Creates, watches, explains and removes dataspace participants on Kubernetes.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [
      { name: 'participants', description: 'Create, list, judge, retry, suspend, remove' },
      { name: 'operations', description: 'What was asked of participants, and how it goes' },
      { name: 'health', description: 'Probes' },
      { name: 'documentation', description: 'This document' },
    ],
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'Asked for unless the service runs with AUTH=none, which it accepts on loopback only',
        },
      },
    },
    security: [{ bearer: [] }],
  },
  convertConstToEnum: false,
  refResolver: {
    buildLocalReference: (schema) => (typeof schema['$id'] === 'string' ? schema['$id'] : 'unnamed'),
  },
}

export function addNamedSchemas(app: FastifyInstance): void {
  for (const schema of NAMED_SCHEMAS) app.addSchema(schema)
}

export interface OpenapiRoutesOptions {
  readonly stamp: Stamp
}

/** `/openapi.json` and `/openapi.yaml`. Each is made once, when it is first asked for. */
export const openapiRoutes: FastifyPluginCallbackTypebox<OpenapiRoutesOptions> = (app, { stamp }, done) => {
  const documents = [
    { path: '/openapi.json', type: 'application/json', make: () => JSON.stringify(app.swagger()) },
    { path: '/openapi.yaml', type: 'application/yaml', make: () => app.swagger({ yaml: true }) },
  ]
  for (const { path, type, make } of documents) {
    const answer = once(make, type)
    app.get(path, { schema: schemaOf(path, type) }, (request, reply) => {
      stamp(request, reply)
      return sendTagged(request, reply, answer())
    })
  }
  done()
}

function once(make: () => string, type: string): () => TaggedAnswer {
  let made: TaggedAnswer | undefined
  return () => {
    if (made === undefined) {
      const body = make()
      made = { body, etag: etagOf(body), type: `${type}; charset=utf-8` }
    }
    return made
  }
}

function schemaOf(path: string, type: string): object {
  return {
    operationId: path === '/openapi.json' ? 'getOpenapiJson' : 'getOpenapiYaml',
    summary: 'This document',
    tags: ['documentation'],
    response: {
      200: { description: 'OpenAPI 3.1', content: { [type]: { schema: { type: 'object' } } } },
      304: notModified,
      ...errorResponses([]),
    },
  }
}
