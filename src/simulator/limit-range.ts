/** What the admission plugin LimitRanger gives a new pod: amounts for containers that bring none. */
import { RESOURCES } from '../model/kubernetes.ts'
import { isObject, type JsonObject, listAt, objectAt } from './json.ts'
import type { State, StoredObject } from './state.ts'

const ANNOTATION = 'kubernetes.io/limit-ranger'

/** A request that is left out is the limit, if there is one (core/v1 `SetDefaults_Pod`), and only then the default. */
export function withLimitDefaults(state: Pick<State, 'list'>, pod: StoredObject): StoredObject {
  const ranges = state
    .list(RESOURCES.LimitRange, pod.metadata.namespace)
    .flatMap((range) => listAt(range, 'spec', 'limits'))
    .filter((item) => objectAt(item)['type'] === 'Container')
  const told: string[] = []
  const containers = listAt(pod, 'spec', 'containers')
    .filter(isObject)
    .map((container) =>
      ranges.reduce<JsonObject>((held, range) => given(held, objectAt(range), told), limited(container)),
    )
  const { annotations } = pod.metadata
  const note = { ...annotations, [ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}` }
  return {
    ...pod,
    metadata: told.length === 0 ? pod.metadata : { ...pod.metadata, annotations: note },
    spec: { ...pod.spec, containers },
  }
}

function limited(container: JsonObject): JsonObject {
  const { limits, requests } = objectAt(container, 'resources')
  if (!isObject(limits)) return container
  const resources = {
    ...objectAt(container, 'resources'),
    requests: { ...limits, ...objectAt({ requests }, 'requests') },
  }
  return { ...container, resources }
}

function given(container: JsonObject, range: JsonObject, told: string[]): JsonObject {
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
    if (names.length > 0) told.push(`${names.join(', ')} ${word} for container ${String(container['name'])}`)
    return [field, { ...own, ...Object.fromEntries(added) }] as const
  })
  const filled = parts.filter(([, amounts]) => Object.keys(amounts).length > 0)
  return { ...container, resources: { ...resources, ...Object.fromEntries(filled) } }
}
