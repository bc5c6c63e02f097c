/** `POST …/:participantName/retry`, `…/suspend`, `…/resume`: one wish each, made durable by the writer; the rest happens later. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { NameParamsSchema } from '../../contract/resources.ts'
import type { ParticipantWriter } from '../../model/requests.ts'
import { errorResponses, jsonResponse } from '../documentation.ts'
import { operationBody } from '../operation-body.ts'
import type { Stamp } from '../stamp.ts'

export interface ActRoutesOptions {
  readonly writer: Pick<ParticipantWriter, Act>
  readonly stamp: Stamp
}

type Act = 'retry' | 'suspend' | 'resume'

const ACTS: readonly Act[] = ['retry', 'suspend', 'resume']

const SUMMARIES: Readonly<Record<Act, string>> = {
  retry:
    'Try again at once what failed or waits for its next try; the same again while it is under way is harmless',
  suspend: 'Leave everything as it is until it is resumed: nothing is created, changed or repaired',
  resume: 'End a suspension and bring everything to what is wanted',
}

export const actRoutes: FastifyPluginCallbackTypebox<ActRoutesOptions> = (app, { writer, stamp }, done) => {
  for (const act of ACTS)
    app.post(`/resources/:participantName/${act}`, { schema: schemaOf(act) }, async (request, reply) => {
      stamp(request, reply)
      const { participantName, operation } = await writer[act](request.params.participantName)
      reply.header('operation-location', `/api/v1/operations/${operation.id}`)
      const isOver = operation.state === 'succeeded' || operation.state === 'failed'
      return reply.code(isOver ? 200 : 202).send(operationBody(participantName, operation))
    })
  done()
}

function schemaOf(act: Act): { readonly params: typeof NameParamsSchema } & object {
  const headers = { 'Operation-Location': 'Where to follow the progress' }
  const schema = { $ref: 'Operation#' }
  return {
    operationId: `${act}Participant`,
    summary: SUMMARIES[act],
    tags: ['participants'],
    params: NameParamsSchema,
    response: {
      200: jsonResponse({ description: 'It holds already: the operation that saw to it', schema, headers }),
      202: jsonResponse({ description: 'Accepted: the intent is durable', schema, headers }),
      ...errorResponses([404, 409, 415, 503], { notFound: 'NotFound' }),
    },
  } as { readonly params: typeof NameParamsSchema } & object
}
