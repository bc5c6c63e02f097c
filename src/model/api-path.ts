/** Reads from a request to an API server what Kubernetes would authorise: which verb on which resource. */

export interface ApiRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly watch?: boolean
}

export interface ApiAct {
  /** `get`, `list`, `watch`, `create`, `patch`, `update` or `delete`; `get` for what is no resource. */
  readonly verb: string
  /** `deployments`, `participants/status`; the first step of a path that leads to none, such as `version`. */
  readonly resource: string
}

const WRITES: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** Kubernetes API concepts, "Resource URIs". */
export function actOf({ method, path, watch = false }: ApiRequest): ApiAct {
  const [, root = '', ...rest] = path.split('/')
  const depth = DEPTH[root]
  const [resource, name, subresource] = depth === undefined ? [] : withoutNamespace(rest.slice(depth))
  if (resource === undefined) return { verb: WRITES[method] ?? 'get', resource: root }
  const read = name === undefined ? 'list' : 'get'
  return {
    verb: WRITES[method] ?? (watch ? 'watch' : read),
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
  }
}

/** Steps before the resource: the version, and outside of the core the group. */
const DEPTH: Readonly<Record<string, number>> = { api: 1, apis: 2 }

function withoutNamespace(steps: readonly string[]): readonly string[] {
  return steps[0] === 'namespaces' && steps.length > 2 ? steps.slice(2) : steps
}
