/** Gateways and HTTPRoutes, as far as the product writes and reads them: the Gateway API's own definitions are long, and have rules in CEL. */
import { type KubeObject, type Resource, RESOURCES } from '../model/kubernetes.ts'

const HOSTNAME = String.raw`^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
const LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'

const text = { type: 'string' } as const
const open = { 'x-kubernetes-preserve-unknown-fields': true } as const

function atomic(items: object): object {
  return { type: 'array', 'x-kubernetes-list-type': 'atomic', items }
}

/** Whatever the schema does not name stays as it was sent. */
function struct(properties: object, required: readonly string[] = []): object {
  return { type: 'object', ...open, properties, ...(required.length > 0 && { required }) }
}

const anything = { type: 'object', ...open }

const ANY_PATH = { type: 'PathPrefix', value: '/' }

const parentRef = struct(
  {
    group: { ...text, default: RESOURCES.HTTPRoute.group },
    kind: { ...text, default: 'Gateway' },
    namespace: { ...text, pattern: LABEL },
    name: { ...text, minLength: 1, maxLength: 253 },
    sectionName: text,
  },
  ['name'],
)

const backendRef = struct(
  {
    group: { ...text, default: '' },
    kind: { ...text, default: 'Service' },
    name: text,
    port: { type: 'integer' },
    weight: { type: 'integer', default: 1 },
  },
  ['name'],
)

const path = struct({
  type: { ...text, enum: ['Exact', 'PathPrefix', 'RegularExpression'], default: 'PathPrefix' },
  value: { ...text, maxLength: 1024, default: '/' },
})

const rule = struct({
  matches: { ...atomic(struct({ path: { ...path, default: ANY_PATH } })), default: [{ path: ANY_PATH }] },
  filters: atomic(anything),
  backendRefs: atomic(backendRef),
})

const httpRouteSpec = struct({
  parentRefs: { ...atomic(parentRef), maxItems: 32 },
  hostnames: { ...atomic({ ...text, minLength: 1, maxLength: 253, pattern: HOSTNAME }), maxItems: 16 },
  rules: { ...atomic(rule), maxItems: 16, minItems: 1, default: [{ matches: [{ path: ANY_PATH }] }] },
})

type Definition = KubeObject & { readonly spec: object }

/** The defaults and the ownership of fields are those of the standard channel, v1.6. */
export function httpRouteDefinition(): Definition {
  return definition(RESOURCES.HTTPRoute, httpRouteSpec, [column('Hostnames', '.spec.hostnames')])
}

/** Nobody runs one here; what stands in it is for whoever asks. */
export function gatewayDefinition(): Definition {
  return definition(RESOURCES.Gateway, anything, [column('Class', '.spec.gatewayClassName')])
}

function column(name: string, jsonPath: string): object {
  return { name, jsonPath, type: 'string' }
}

function definition(
  { group, version, kind, plural }: Resource,
  spec: object,
  columns: readonly object[],
): Definition {
  const age = { jsonPath: '.metadata.creationTimestamp', name: 'Age', type: 'date' }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, categories: ['gateway-api'] },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [...columns, age],
          schema: {
            openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec, status: anything } },
          },
        },
      ],
    },
  }
}
