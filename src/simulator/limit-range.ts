/** What the admission plugin LimitRanger gives a new pod: amounts for containers that bring none. */
import { RESOURCES } from '../model/kubernetes.ts'
import { asText, isObject, type JsonObject, listAt, objectAt } from './json.ts'
import { mapped } from './pod-defaults.ts'
import type { State, StoredObject } from './state.ts'

const ANNOTATION = 'kubernetes.io/limit-ranger'

/** A request that is left out is the limit, if there is one (core/v1 `SetDefaults_Pod`), and only then the default. */
export function withLimitDefaults(state: Pick<State, 'list'>, pod: StoredObject): StoredObject {
  const ranges = state
    .list(RESOURCES.LimitRange, pod.metadata.namespace)
    .flatMap((range) => listAt(range, 'spec', 'limits'))
    .filter((item) => objectAt(item)['type'] === 'Container')
    .map((item) => objectAt(item))
  const told: string[] = []
  const complete =
    (what: string) =>
    (container: JsonObject): JsonObject =>
      ranges.reduce((held, range) => {
        const { filled, notes } = given(held, range)
        told.push(...notes.map((note) => `${note} for ${what} ${asText(container['name'])}`))
        return filled
      }, withRequests(container))
  const spec = objectAt(pod, 'spec')
  const containers = {
    ...mapped(spec, 'containers', complete('container')),
    ...mapped(spec, 'initContainers', complete('init container')),
  }
  const note = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}` }
  return {
    ...pod,
    metadata: told.length === 0 ? pod.metadata : { ...pod.metadata, annotations: note },
    spec: { ...spec, ...containers },
  }
}

function withRequests(container: JsonObject): JsonObject {
  const resources = objectAt(container, 'resources')
  if (!isObject(resources['limits'])) return container
  const requests = { ...resources['limits'], ...objectAt(resources, 'requests') }
  return { ...container, resources: { ...resources, requests } }
}

interface Given {
  readonly filled: JsonObject
  /** `cpu, memory limit`: what was added. */
  readonly notes: readonly string[]
}

function given(container: JsonObject, range: JsonObject): Given {
  const resources = objectAt(container, 'resources')
  const parts = (
    [
      ['requests', 'defaultRequest', 'request'],
      ['limits', 'default', 'limit'],
    ] as const
  ).map(([field, source, word]) => {
    const own = objectAt(resources, field)
    const added = Object.entries(objectAt(range, source)).filter(([name]) => own[name] === undefined)
    const names = added.map(([name]) => name).toSorted()
    return {
      field,
      amounts: { ...own, ...Object.fromEntries(added) },
      note: `${names.join(', ')} ${word}`,
      added,
    }
  })
  const filled = parts.filter(({ amounts }) => Object.keys(amounts).length > 0)
  const amounts = Object.fromEntries(filled.map(({ field, amounts: all }) => [field, all]))
  return {
    filled: { ...container, resources: { ...resources, ...amounts } },
    notes: parts.filter(({ added }) => added.length > 0).map(({ note }) => note),
  }
}
