import { ASKS, RETRY_MAX_LENGTH } from '../model/names.ts'
/** `status` of a Participant: what the engines say about it. Field by field the `ParticipantStatus` of the model. */
import {
  type ComponentSummary,
  type Condition,
  COMPONENT_STATES,
  type Operation,
  OPERATION_STATES,
  OPERATION_TYPES,
  type OperationError,
  type OperationStep,
  type ParticipantStatus,
  PHASES,
  type Step,
  STEP_STATES,
} from '../model/participant.ts'
import {
  count,
  type FieldsOf,
  flag,
  list,
  listMap,
  object,
  oneOf,
  type Schema,
  text,
  time,
} from './schema.ts'

const MESSAGE_MAX_LENGTH = 32_768
/** CamelCase, as for `metav1.Condition.reason`. */
const REASON = {
  minLength: 1,
  maxLength: 1024,
  pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
} as const

export function statusSchema(): Schema {
  return object('What is known about this participant. Written by the provisioner only.', {
    properties: {
      observedGeneration: generation('The generation of the spec that this status is about.'),
      phase: oneOf(
        'The state in one word.',
        PHASES.filter((phase) => phase !== 'NOT_FOUND'),
      ),
      reason: text('Why it is in this state, as a stable code.', REASON),
      message: text('Why it is in this state, for people.', { maxLength: MESSAGE_MAX_LENGTH }),
      since: time('When the phase became what it is.'),
      namespace: text('The namespace that it lives in.', { maxLength: 63 }),
      ready: text('Components that are ready, of those expected, for example 4/5.', { maxLength: 16 }),
      firstReadyTime: time('When it was READY for the first time; never taken back.'),
      conditions: listMap(
        'Ready, Reconciling and Stalled in the sense of kstatus, and one condition per concern.',
        'type',
        conditionSchema(),
      ),
      components: listMap('State of each component that is expected or present.', 'name', componentSchema()),
      steps: listMap('The steps of provisioning or removal, in their order.', 'name', stepSchema()),
      operations: list(
        'What was asked of this participant and how it went: the newest eight, newest first.',
        operationSchema(),
      ),
      lastHandledRetry: text(
        `Value of the annotation ${ASKS.retry} that was acted upon last; another value asks for a retry.`,
        { maxLength: RETRY_MAX_LENGTH },
      ),
      retries: count('How many retries were begun.'),
    } satisfies FieldsOf<ParticipantStatus>,
  })
}

/** After KEP-1623, which every `metav1.Condition` follows. */
function conditionSchema(): Schema {
  return object('One aspect of the state.', {
    required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
    properties: {
      type: text('What this is about, in CamelCase.', {
        maxLength: 316,
        pattern: '^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$',
      }),
      status: oneOf('Whether it holds.', ['True', 'False', 'Unknown']),
      reason: text('Why, as a stable code.', REASON),
      message: text('Why, for people.', { maxLength: MESSAGE_MAX_LENGTH }),
      lastTransitionTime: time('When the status last changed.'),
      observedGeneration: generation('The generation of the spec that this condition is about.'),
    } satisfies FieldsOf<Condition>,
  })
}

function componentSchema(): Schema {
  return object('State of one component.', {
    required: ['name', 'status', 'ready', 'desired', 'current', 'readyReplicas'],
    properties: {
      name: text('Name of the component.', { maxLength: 253 }),
      status: oneOf('The state in one word.', COMPONENT_STATES),
      ready: flag('Whether as many pods are ready as are wanted.'),
      desired: count('Pods wanted.'),
      current: count('Pods there.'),
      readyReplicas: count('Pods ready.'),
      reason: text('Why it is in this state, as a stable code.', REASON),
      message: text('Why it is in this state, for people.', { maxLength: MESSAGE_MAX_LENGTH }),
      cause: text('Code of the cause, of which the documentation has a page.', { maxLength: 64 }),
    } satisfies FieldsOf<ComponentSummary>,
  })
}

function stepSchema(): Schema {
  return object('One step.', {
    required: ['name', 'state', 'attempts', 'lastTransitionTime'],
    properties: {
      name: text('Name of the step.', { maxLength: 63 }),
      state: oneOf('How far it is. Stalled: it will not heal by itself, a person has to act.', STEP_STATES),
      attempts: count('How often it was tried since it last changed its state.'),
      lastTransitionTime: time('When the state last changed.'),
      nextRetryTime: time('When it is looked at again at the latest.'),
      reason: text('Why it waits or is stalled, as a stable code.', REASON),
      message: text('What it waits for, or what to do, for people.', { maxLength: MESSAGE_MAX_LENGTH }),
    } satisfies FieldsOf<Step>,
  })
}

function operationSchema(): Schema {
  return object('One operation. Once it is over it never changes.', {
    required: ['id', 'type', 'state', 'generation', 'startedTime', 'steps'],
    properties: {
      id: text('Name of the operation: GET /api/v1/operations/ID shows it.', { maxLength: 128 }),
      type: oneOf('What was asked for.', OPERATION_TYPES),
      state: oneOf(
        'How far it is.',
        OPERATION_STATES.filter((state) => state !== 'pending'),
      ),
      generation: generation('The generation of the spec that it is about.'),
      startedTime: time('When it began.'),
      finishedTime: time('When it was over.'),
      steps: list('The steps that were reached, in their order.', operationStepSchema()),
      error: object('Why it failed.', {
        required: ['code', 'message'],
        properties: {
          step: text('The step at which it ended.', { maxLength: 63 }),
          code: text('Why, as a stable code.', REASON),
          message: text('Why, for people.', { maxLength: MESSAGE_MAX_LENGTH }),
        } satisfies FieldsOf<OperationError>,
      }),
    } satisfies FieldsOf<Operation>,
  })
}

function operationStepSchema(): Schema {
  return object('How one step went within the operation.', {
    required: ['name', 'state', 'attempts'],
    properties: {
      name: text('Name of the step.', { maxLength: 63 }),
      state: oneOf('How far it is, or how it ended.', STEP_STATES),
      attempts: count('How often it was tried.'),
      startedTime: time('When it was tried first; only while it is not over.'),
      durationMs: count('Milliseconds from its first try until it was over.'),
      lastError: text('What went wrong last.', { maxLength: MESSAGE_MAX_LENGTH }),
    } satisfies FieldsOf<OperationStep>,
  })
}

function generation(description: string): Schema {
  return { type: 'integer', format: 'int64', minimum: 0, description }
}
