/** The kinds that the built-in API server serves: the product's, what else it may come to write, and custom ones. */
import type { Rule } from '../crd/rules.ts'
import { type Resource, RESOURCES } from '../model/kubernetes.ts'
import { EVENT_VIEW, type View } from './event-view.ts'
import { asText, type JsonObject, isObject, listAt, objectAt } from './json.ts'
import { rulesIn } from './schema.ts'
import { builtinShape, schemaShape, type Shape } from './shape.ts'
import type { State, StoredObject } from './state.ts'
import { type Cause, required, wrongValue } from './status-fault.ts'

export interface Kind extends Resource {
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly hasStatus: boolean
  readonly shape: Shape
  /** Set when the objects are stored as those of another API. */
  readonly view?: View
  /** Of a custom kind. */
  readonly schema?: JsonObject
  readonly columns?: readonly JsonObject[]
}

type Row = readonly [group: string, kind: string, plural: string, ...shortNames: string[]]

/** Stored like the rest, without controllers. */
const FURTHER: readonly Row[] = [
  ['policy', 'PodDisruptionBudget', 'poddisruptionbudgets', 'pdb'],
  ['rbac.authorization.k8s.io', 'Role', 'roles'],
  ['rbac.authorization.k8s.io', 'RoleBinding', 'rolebindings'],
]
const FURTHER_CLUSTER_WIDE: readonly Row[] = [['', 'PersistentVolume', 'persistentvolumes', 'pv']]

const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = {
  configmaps: ['cm'],
  customresourcedefinitions: ['crd', 'crds'],
  deployments: ['deploy'],
  events: ['ev'],
  ingresses: ['ing'],
  namespaces: ['ns'],
  networkpolicies: ['netpol'],
  nodes: ['no'],
  limitranges: ['limits'],
  persistentvolumeclaims: ['pvc'],
  pods: ['po'],
  replicasets: ['rs'],
  serviceaccounts: ['sa'],
  services: ['svc'],
  resourcequotas: ['quota'],
  storageclasses: ['sc'],
  statefulsets: ['sts'],
}

const WITH_STATUS: ReadonlySet<string> = new Set([
  'CustomResourceDefinition',
  'Deployment',
  'Ingress',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'PodDisruptionBudget',
  'ReplicaSet',
  'ResourceQuota',
  'Service',
  'StatefulSet',
])

/** Served only once their CustomResourceDefinition is there, as by any API server. */
const CUSTOM: readonly Resource[] = [RESOURCES.Participant, RESOURCES.Gateway, RESOURCES.HTTPRoute]

/** Kept in step with the CustomResourceDefinitions in the state. */
export class Kinds implements Disposable {
  readonly #builtin: readonly Kind[] = builtinKinds()
  readonly #custom = new Map<string, readonly Kind[]>()
  readonly #subscription: Disposable

  constructor(state: State) {
    for (const definition of state.list(RESOURCES.CustomResourceDefinition)) this.#serve(definition)
    this.#subscription = state.subscribe(({ type, resource, object }) => {
      if (resource.kind !== RESOURCES.CustomResourceDefinition.kind) return
      this.#custom.delete(object.metadata.name)
      if (type !== 'DELETED') this.#serve(object)
    })
  }

  all(): readonly Kind[] {
    return [...this.#builtin, ...[...this.#custom.values()].flat()]
  }

  find(group: string, version: string, plural: string): Kind | undefined {
    return this.all().find(
      (kind) => kind.plural === plural && kind.group === group && kind.version === version,
    )
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }

  #serve(definition: StoredObject): void {
    this.#custom.set(definition.metadata.name, kindsOf(definition))
  }
}

/** Why this CustomResourceDefinition cannot be served; a CEL rule without a counterpart in `rules` is a reason. */
export function faultsOfDefinition(definition: JsonObject, rules: readonly Rule[]): readonly Cause[] {
  const { name } = objectAt(definition, 'metadata')
  const { group } = objectAt(definition, 'spec')
  const { plural } = objectAt(definition, 'spec', 'names')
  if (name !== `${asText(plural)}.${asText(group)}`)
    return [wrongValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]
  return listAt(definition, 'spec', 'versions').flatMap((version, i) => {
    const field = `spec.versions[${i}].schema.openAPIV3Schema`
    const schema = objectAt(version, 'schema')['openAPIV3Schema']
    if (!isObject(schema)) return [required(field)]
    return rulesIn(schema)
      .filter(({ rule, path }) => !rules.some((known) => known.rule === rule && known.path === path))
      .map(({ rule, path }) =>
        wrongValue(
          field,
          rule,
          `the built-in cluster cannot run CEL and has no such rule at "${path}" in its table`,
        ),
      )
  })
}

function builtinKinds(): readonly Kind[] {
  const own = Object.values<Resource>(RESOURCES).filter((resource) => !CUSTOM.includes(resource))
  const further =
    (namespaced: boolean) =>
    (row: Row): Resource => {
      const [group, kind, plural] = row
      return { group, version: 'v1', kind, plural, namespaced }
    }
  const rows = [...FURTHER, ...FURTHER_CLUSTER_WIDE]
  const all = [...own, ...FURTHER.map(further(true)), ...FURTHER_CLUSTER_WIDE.map(further(false))]
  return all.map((resource) => ({
    ...resource,
    singular: resource.kind.toLowerCase(),
    shortNames:
      SHORT_NAMES[resource.plural] ?? rows.find((row) => row[2] === resource.plural)?.slice(3) ?? [],
    categories: ['pods', 'services', 'deployments', 'replicasets', 'statefulsets'].includes(resource.plural)
      ? ['all']
      : [],
    hasStatus: WITH_STATUS.has(resource.kind),
    shape: builtinShape(resource.kind),
    ...(resource.group === 'events.k8s.io' && { view: EVENT_VIEW }),
  }))
}

function kindsOf({ spec = {} }: StoredObject): readonly Kind[] {
  const names = objectAt(spec, 'names')
  const served = listAt(spec, 'versions').filter((version) => objectAt(version)['served'] === true)
  return served.map((version) => {
    const schema = objectAt(version, 'schema', 'openAPIV3Schema')
    return {
      group: asText(spec['group']),
      version: asText(objectAt(version)['name']),
      kind: asText(names['kind']),
      plural: asText(names['plural']),
      namespaced: spec['scope'] === 'Namespaced',
      singular: asText(names['singular']),
      shortNames: listAt(names, 'shortNames').map(asText),
      categories: listAt(names, 'categories').map(asText),
      hasStatus: isObject(objectAt(version, 'subresources')['status']),
      shape: schemaShape(schema, true),
      schema,
      columns: listAt(version, 'additionalPrinterColumns').filter(isObject),
    }
  })
}
