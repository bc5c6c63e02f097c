/** The answer to `GET /api/v1/resources/:participantName/status`: the v1 members first, then what was added to them. */
import { Type, type Static } from 'typebox'
import { ACTORS } from '../model/causes.ts'
import { COMPONENT_STATES, PHASES, STEP_STATES } from '../model/participant.ts'
import { type DeepReadonly, oneOf, time } from './schema.ts'

const reason = Type.String({ description: 'Stable code in CamelCase, for machines' })

export const PhaseSchema = oneOf(PHASES, { description: 'State of a participant as a whole' })

const ReplicasSchema = Type.Object({
  desired: Type.Integer({ minimum: 0 }),
  current: Type.Integer({ minimum: 0 }),
  ready: Type.Integer({ minimum: 0 }),
})

const CauseSchema = Type.Object({
  code: Type.String({ description: 'Stable code of the cause, such as ImagePull' }),
  who: oneOf(ACTORS, { description: 'Who has to act' }),
})

const ComponentSchema = Type.Object({
  status: oneOf(COMPONENT_STATES),
  ready: Type.Boolean(),
  replicas: ReplicasSchema,
  message: Type.Optional(Type.String({ description: 'Present when the component is not ready' })),
  reason: Type.Optional(reason),
  cause: Type.Optional(CauseSchema),
  since: Type.Optional(time('Since when the component is in this state')),
  image: Type.Optional(Type.String()),
  restarts: Type.Optional(Type.Integer({ minimum: 0 })),
})

const EventSchema = Type.Object({
  timestamp: time('When it was last seen'),
  type: oneOf(['Info', 'Warning']),
  message: Type.String(),
  reason: Type.Optional(reason),
  object: Type.Optional(Type.String({ description: 'Kind/name of what it is about' })),
  count: Type.Optional(Type.Integer({ minimum: 1 })),
})

const StepSchema = Type.Object({
  name: Type.String(),
  state: oneOf(STEP_STATES),
  attempts: Type.Integer({ minimum: 0 }),
  lastTransitionTime: time('When `state` last changed'),
  nextRetryTime: Type.Optional(time('When it is tried again')),
  reason: Type.Optional(reason),
  message: Type.Optional(Type.String()),
})

const ConditionSchema = Type.Object({
  type: Type.String(),
  status: oneOf(['True', 'False', 'Unknown']),
  reason,
  message: Type.String(),
  lastTransitionTime: time('When `status` last changed'),
  observedGeneration: Type.Optional(Type.Integer({ minimum: 0 })),
})

export const ParticipantStatusSchema = Type.Object(
  {
    participantName: Type.String(),
    status: PhaseSchema,
    lastUpdated: time('When anything in this body last changed'),
    components: Type.Record(Type.String(), ComponentSchema, {
      description: 'One entry for every component that is expected, also when its workload is missing',
    }),
    message: Type.String(),
    events: Type.Array(EventSchema, { maxItems: 10, description: 'Newest first' }),
    reason: Type.Optional(reason),
    since: Type.Optional(time('Since when the participant is in this state')),
    steps: Type.Optional(Type.Array(StepSchema)),
    did: Type.Optional(Type.String()),
    conditions: Type.Optional(Type.Array(ConditionSchema)),
    eventsTotal: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'How many events there are, of which `events` tells the newest',
      }),
    ),
    stale: Type.Optional(
      Type.Boolean({ description: 'True, and present, only while the answer is older than it should be' }),
    ),
    observedAt: Type.Optional(time('When the cluster last confirmed it; present together with `stale`')),
  },
  {
    $id: 'ParticipantStatus',
    examples: [
      {
        participantName: 'acme',
        status: 'PROVISIONING',
        lastUpdated: '2025-01-15T10:30:00Z',
        components: {
          controlplane: {
            status: 'Running',
            ready: true,
            replicas: { desired: 1, current: 1, ready: 1 },
            since: '2025-01-15T10:30:00Z',
            restarts: 0,
          },
          dataplane: {
            status: 'Starting',
            ready: false,
            replicas: { desired: 1, current: 1, ready: 0 },
            message: 'container dataplane cannot pull image "dataplane:9": manifest unknown',
            reason: 'ErrImagePull',
            cause: { code: 'ImagePull', who: 'operator' },
            since: '2025-01-15T10:29:12Z',
            restarts: 0,
          },
        },
        message: 'waiting for dataplane',
        events: [
          {
            timestamp: '2025-01-15T10:29:20Z',
            type: 'Warning',
            message: 'Failed to pull image',
            reason: 'Failed',
            object: 'Pod/dataplane-7d9c4',
            count: 3,
          },
        ],
        reason: 'ComponentsStarting',
        since: '2025-01-15T10:29:00Z',
        steps: [
          { name: 'workloads', state: 'Done', attempts: 1, lastTransitionTime: '2025-01-15T10:29:03Z' },
          { name: 'readiness', state: 'Waiting', attempts: 1, lastTransitionTime: '2025-01-15T10:29:03Z' },
        ],
        did: 'did:web:acme.example',
      },
    ],
  },
)

export type ParticipantStatusBody = DeepReadonly<Static<typeof ParticipantStatusSchema>>
