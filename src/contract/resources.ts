/** What `/api/v1/resources` takes and gives: list, create, delete. Unknown members of a body are ignored. */
import { Type, type Static } from 'typebox'
import { DID_MAX_LENGTH, DID_PATTERN } from '../model/did.ts'
import { NAME_MAX_LENGTH, NAME_PATTERN } from '../model/names.ts'
import { SPEC_DEFAULTS } from '../model/participant.ts'
import { PhaseSchema } from './participant-status.ts'
import { type DeepReadonly, time } from './schema.ts'

const LIMIT_MAX = 100
export const LIMIT_DEFAULT = 10

const participantName = Type.String({
  pattern: NAME_PATTERN,
  minLength: 1,
  maxLength: NAME_MAX_LENGTH,
  description: 'Name of the participant and of its namespace',
  examples: ['acme'],
})

/** The grammar is judged by the handlers: a name that cannot exist is not found, like any other unknown one. */
export const NameParamsSchema = Type.Object({ participantName })

export const ListQuerySchema = Type.Object({
  status: Type.Optional(Type.Array(PhaseSchema, { description: 'Only these; may be repeated' })),
  page: Type.Optional(
    Type.Integer({ minimum: 1, default: 1, description: 'Past the end is an empty list, never an error' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT })),
})

export const ListItemSchema = Type.Object(
  {
    participantName: Type.String(),
    status: PhaseSchema,
    lastUpdated: time('When anything about it last changed'),
  },
  {
    $id: 'ListItem',
    examples: [{ participantName: 'acme', status: 'READY', lastUpdated: '2025-01-15T10:30:00Z' }],
  },
)

export const CreateBodySchema = Type.Object({
  participantName,
  did: Type.String({
    pattern: DID_PATTERN,
    maxLength: DID_MAX_LENGTH,
    description: 'W3C decentralised identifier of the participant',
    examples: ['did:web:acme.example'],
  }),
  kubeHost: Type.Optional(
    Type.String({
      default: SPEC_DEFAULTS.host,
      description: 'Public host of its addresses: a name or an IP address, with an optional scheme and port',
      examples: ['localhost', '203.0.113.7', 'https://dataspace.example'],
    }),
  ),
  profile: Type.Optional(
    Type.String({
      default: SPEC_DEFAULTS.profile,
      description: 'Name of a release in the configuration',
      examples: [SPEC_DEFAULTS.profile],
    }),
  ),
})

export const CreateQuerySchema = Type.Object({
  dryRun: Type.Optional(
    Type.Boolean({ default: false, description: 'Validate and answer with the map; write nothing' }),
  ),
})

export const DeleteBodySchema = Type.Object({
  participantName,
  did: Type.Optional(Type.Unknown({ description: 'Ignored; callers of the old service send it' })),
})

export const ObjectMapSchema = Type.Record(Type.String(), Type.String(), {
  $id: 'ObjectMap',
  description:
    'Object name to Kind of everything the participant consists of; a later object of a used name has the key `name (Kind)`',
  examples: [{ acme: 'Namespace', controlplane: 'Deployment', 'controlplane (Service)': 'Service' }],
})

export type ListItemBody = DeepReadonly<Static<typeof ListItemSchema>>
