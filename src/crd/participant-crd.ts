/** The Participant resource as Kubernetes gets to know it: the single source of `deploy/crd`. */
import { apiVersionOf, type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { object, rulesAt, type Schema } from './schema.ts'
import { specSchema } from './spec-schema.ts'
import { statusSchema } from './status-schema.ts'

/** The part of `apiextensions.k8s.io/v1` CustomResourceDefinition that ours uses. */
export interface ParticipantCrd extends KubeObject {
  readonly spec: {
    readonly group: string
    readonly scope: 'Cluster'
    readonly names: {
      readonly kind: string
      readonly listKind: string
      readonly plural: string
      readonly singular: string
      readonly shortNames: readonly string[]
      readonly categories: readonly string[]
    }
    readonly versions: readonly CrdVersion[]
  }
}

interface CrdVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly schema: { readonly openAPIV3Schema: Schema }
  readonly subresources: { readonly status: object }
  readonly additionalPrinterColumns: readonly PrinterColumn[]
}

interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'date'
  readonly jsonPath: string
  readonly description: string
  /** Above 0: only in `kubectl get -o wide`. */
  readonly priority?: number
}

const { group, version, kind, plural } = RESOURCES.Participant

const COLUMNS: readonly PrinterColumn[] = [
  { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'The state in one word' },
  { name: 'Reason', type: 'string', jsonPath: '.status.reason', description: 'Why it is in this state' },
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.ready',
    description: 'Components ready, of those expected',
  },
  {
    name: 'DID',
    type: 'string',
    jsonPath: '.spec.did',
    description: 'Its decentralized identifier',
    priority: 1,
  },
  {
    name: 'Namespace',
    type: 'string',
    jsonPath: '.status.namespace',
    description: 'Where it lives',
    priority: 1,
  },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Since when it exists' },
]

export function participantCrd(): ParticipantCrd {
  return {
    apiVersion: apiVersionOf(RESOURCES.CustomResourceDefinition),
    kind: RESOURCES.CustomResourceDefinition.kind,
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      // `dsp` would be read as the Dataspace Protocol; category `all` would put it into every `kubectl get all`.
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: 'participant',
        shortNames: ['dspart'],
        categories: ['dataspace'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: participantSchema() },
          subresources: { status: {} },
          additionalPrinterColumns: COLUMNS,
        },
      ],
    },
  }
}

/** The schema alone, for whoever has to validate or default a Participant without an API server. */
export function participantSchema(): Schema {
  return {
    ...object(
      'A participant of a dataspace: a full set of Eclipse Dataspace Components in a namespace of its own, which bears the name of this resource.',
      {
        required: ['spec'],
        properties: {
          apiVersion: { type: 'string', description: 'Version of the API that this object is written in.' },
          kind: { type: 'string', description: `Always ${kind}.` },
          metadata: { type: 'object' },
          spec: specSchema(),
          status: statusSchema(),
        },
      },
    ),
    ...rulesAt(''),
  }
}
