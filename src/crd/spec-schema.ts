/** `spec` of a Participant: what people ask for. Field by field the `ParticipantSpec` of the model. */
import { DID_MAX_LENGTH, DID_PATTERN } from '../model/did.ts'
import { HOST_MAX_LENGTH, HOST_PATTERN } from '../model/host.ts'
import { COMPONENTS, type ComponentName, type ParticipantSpec, SPEC_DEFAULTS } from '../model/participant.ts'
import { count, type FieldsOf, flag, object, oneOf, rulesAt, type Schema, text } from './schema.ts'

/** A non-negative Kubernetes quantity without exponent; people write these, and RE2 and JavaScript read it alike. */
const QUANTITY_PATTERN = '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$'
const MAX_REPLICAS = 10

/** One instance each: PostgreSQL and the vault keep their data on a volume that one pod mounts. */
const STORING: ReadonlySet<ComponentName> = new Set(['postgres', 'vault'])

export function specSchema(): Schema {
  return object('What this participant shall be.', {
    required: ['did'],
    properties: {
      did: text(
        'The decentralized identifier of the participant, for example did:web:acme.example. Immutable.',
        {
          maxLength: DID_MAX_LENGTH,
          pattern: DID_PATTERN,
          ...rulesAt('spec.did'),
        },
      ),
      host: text(
        'The public host of its addresses: a name or an IP address with an optional port, without a scheme.',
        { default: SPEC_DEFAULTS.host, maxLength: HOST_MAX_LENGTH, pattern: HOST_PATTERN },
      ),
      mode: oneOf(
        'Managed: the namespace and everything in it is created and kept. Observed: it is only watched, nothing is ever written for it. Immutable.',
        ['Managed', 'Observed'],
        { default: SPEC_DEFAULTS.mode, ...rulesAt('spec.mode') },
      ),
      profile: text('The release it runs: a name from the profiles of the configuration.', {
        default: SPEC_DEFAULTS.profile,
        minLength: 1,
        maxLength: 63,
      }),
      suspended: flag('While true nothing is changed in the cluster for it; its status is still reported.', {
        default: SPEC_DEFAULTS.suspended,
      }),
      deletionPolicy: oneOf(
        'What becomes of the namespace when the participant is deleted. Delete: it goes with everything in it. Retain: it stays.',
        ['Delete', 'Retain'],
        { default: SPEC_DEFAULTS.deletionPolicy },
      ),
      seed: object('What it is filled with at the start.', {
        properties: { demoData: flag('Whether it gets the demo assets, policies and contract definitions.') },
      }),
      components: object('Overrides for single components; what is left out comes from the profile.', {
        properties: Object.fromEntries(COMPONENTS.map((name) => [name, componentSchema(name)])),
      }),
    } satisfies FieldsOf<ParticipantSpec>,
  })
}

function componentSchema(name: ComponentName): Schema {
  const own: Readonly<Record<string, Schema>> = STORING.has(name)
    ? {
        storage: quantity(
          'Size of its volume, for example 2Gi. It can grow where the storage class allows it, never shrink.',
        ),
      }
    : { replicas: count('How many pods run.', { minimum: 1, maximum: MAX_REPLICAS }) }
  return object(`Overrides for ${name}.`, {
    properties: {
      ...own,
      resources: object('Compute resources of its container; each one left out comes from the profile.', {
        properties: {
          requests: amounts('What the scheduler sets aside, by resource name.'),
          limits: amounts('What it can use at most, by resource name.'),
        },
      }),
    },
  })
}

function amounts(description: string): Schema {
  return {
    type: 'object',
    description,
    maxProperties: 8,
    additionalProperties: quantity('A Kubernetes quantity, for example 500m or 512Mi.'),
  }
}

function quantity(description: string): Schema {
  return text(description, { pattern: QUANTITY_PATTERN, maxLength: 32 })
}
