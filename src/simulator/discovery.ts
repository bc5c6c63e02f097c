/** The documents by which clients find out what an API server serves. */
import { apiVersionOf } from '../model/kubernetes.ts'
import type { Kind } from './kinds.ts'

/** Of `/api`, `/apis` and what lies under them, down to the lists of resources; undefined for any other path. */
export function discovery(kinds: readonly Kind[], path: string): object | undefined {
  const [, root, ...steps] = path.split('/')
  if (root === 'api') return coreDiscovery(kinds, steps)
  return root === 'apis' ? groupDiscovery(kinds, steps) : undefined
}

function coreDiscovery(kinds: readonly Kind[], [version, ...deeper]: readonly string[]): object | undefined {
  if (version === undefined) return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }
  if (deeper.length > 0) return undefined
  return resourceList(kinds.filter((kind) => kind.group === '' && kind.version === version))
}

function groupDiscovery(
  kinds: readonly Kind[],
  [name, version, ...deeper]: readonly string[],
): object | undefined {
  const named = kinds.filter(({ group }) => group !== '')
  const groups = Map.groupBy(named, ({ group }) => group)
  if (name === undefined)
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [...groups].map(([of, its]) => groupDocument(of, its)),
    }
  const own = groups.get(name) ?? []
  if (own.length === 0 || deeper.length > 0) return undefined
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(name, own) }
  return resourceList(own.filter((kind) => kind.version === version))
}

function groupDocument(name: string, kinds: readonly Kind[]): object {
  const versions = [...new Set(kinds.map(({ version }) => version))].map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }))
  return { name, versions, preferredVersion: versions[0] }
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

function resourceList(kinds: readonly Kind[]): object | undefined {
  const [first] = kinds
  if (first === undefined) return undefined
  const resources = kinds.flatMap(
    ({ plural, singular, kind, namespaced, shortNames, categories, hasStatus }) => [
      { name: plural, singularName: singular, namespaced, kind, verbs: VERBS, shortNames, categories },
      ...(hasStatus
        ? [
            {
              name: `${plural}/status`,
              singularName: '',
              namespaced,
              kind,
              verbs: ['get', 'patch', 'update'],
            },
          ]
        : []),
    ],
  )
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(first), resources }
}
