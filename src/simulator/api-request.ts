/** Reads HTTP requests to the API server: path, options and body; everything it cannot use is refused in Kubernetes' words. */
import type { IncomingMessage } from 'node:http'
import { parse as parseYaml } from 'yaml'
import { apiVersionOf } from '../model/kubernetes.ts'
import { unreadable } from './admission.ts'
import { asText, isObject, type JsonObject, messageOf } from './json.ts'
import type { Kind, Kinds } from './kinds.ts'
import {
  badRequest,
  type Cause,
  invalidOption,
  notAllowed,
  required,
  StatusFault,
  unsupported,
} from './status-fault.ts'

export interface Place {
  /** What is stored. */
  readonly kind: Kind
  /** Set when this API shows what another one stores. */
  readonly shownAs?: Kind
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
}

/** Where this path leads: `/apis/GROUP/VERSION[/namespaces/NS]/PLURAL[/NAME[/SUBRESOURCE]]`. */
export function placeOf(path: string, kinds: Kinds): Place | undefined {
  const [, root, ...rest] = path.split('/').map(decoded)
  const [group = '', version = '', ...steps] = root === 'api' ? ['', ...rest] : rest
  if (root !== 'api' && root !== 'apis') return undefined
  const find = (plural = ''): Kind | undefined => kinds.find(group, version, plural)
  const place = placeInNamespace(steps, find) ?? placeInCluster(steps, find)
  return place && inStorage(place, kinds)
}

function inStorage(place: Place, kinds: Kinds): Place {
  const { storage } = place.kind.view ?? {}
  const kind = storage && kinds.find(storage.group, storage.version, storage.plural)
  return kind === undefined ? place : { ...place, kind, shownAs: place.kind }
}

type Find = (plural: string | undefined) => Kind | undefined

function placeInNamespace([first, namespace, ...steps]: readonly string[], find: Find): Place | undefined {
  const [plural, name, subresource] = steps
  const kind = first === 'namespaces' ? find(plural) : undefined
  return kind?.namespaced && steps.length <= 3 ? { kind, namespace, name, subresource } : undefined
}

/** Of namespaced kinds only the collection over all namespaces lies here. */
function placeInCluster(steps: readonly string[], find: Find): Place | undefined {
  const [plural, name, subresource] = steps
  const kind = find(plural)
  if (kind === undefined || steps.length > 3 || (kind.namespaced && name !== undefined)) return undefined
  return { kind, namespace: undefined, name, subresource }
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    throw badRequest(`the path has a step that is not percent-encoded text: ${step}`)
  }
}

export interface WriteOptions {
  readonly manager: string
  readonly dryRun: boolean
  readonly strict: boolean
  readonly force: boolean
}

/** The query of a write. Throws Invalid about `CreateOptions`, `UpdateOptions` or `PatchOptions`. */
export function writeOptionsOf(
  request: Pick<IncomingMessage, 'headers'>,
  query: URLSearchParams,
  { options, isApply }: { readonly options: string; readonly isApply: boolean },
): WriteOptions {
  const manager = query.get('fieldManager')
  const faults = faultsOfOptions(query)
  if (isApply && !manager) faults.push(required('fieldManager', 'is required for apply patch'))
  if (!isApply && query.has('force'))
    faults.push(notAllowed('force', 'may not be specified for non-apply patch'))
  if (faults.length > 0) throw invalidOption(options, ...faults)
  const [agent] = (request.headers['user-agent'] ?? '').split('/')
  return {
    manager: manager || agent || 'unknown',
    dryRun: query.has('dryRun'),
    strict: query.get('fieldValidation') === 'Strict',
    force: !['', '0', 'false'].includes(query.get('force') ?? ''),
  }
}

function faultsOfOptions(query: URLSearchParams): Cause[] {
  const dryRun = query.getAll('dryRun')
  const validation = query.get('fieldValidation') ?? ''
  const validations = ['', 'Ignore', 'Strict', 'Warn']
  return [
    ...(dryRun.every((value) => value === 'All') ? [] : [unsupported('dryRun', dryRun, ['All'])]),
    ...(validations.includes(validation) ? [] : [unsupported('fieldValidation', validation, validations)]),
  ]
}

const MAX_BODY_BYTES = 3 * 1024 * 1024

/** Throws RequestEntityTooLarge above 3 MB. */
export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  // The connection has to last for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_BODY_BYTES)
      throw new StatusFault({
        code: 413,
        reason: 'RequestEntityTooLarge',
        message: `Request entity too large: limit is ${MAX_BODY_BYTES}`,
      })
  }
  return Buffer.concat(chunks).toString()
}

export function contentTypeOf(request: Pick<IncomingMessage, 'headers'>): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? ''
}

/** An object to create or to replace. */
export function objectIn(text: string, contentType: string, kind: Kind): JsonObject {
  if (contentType !== 'application/json' && contentType !== 'application/yaml')
    throw unsupportedMedia(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'])
  const body = contentType === 'application/yaml' ? yamlIn(text) : jsonIn(text, kind)
  if (!isObject(body)) throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind})`)
  const wanted = { apiVersion: apiVersionOf(kind), kind: kind.kind }
  const { apiVersion, kind: name } = { ...wanted, ...body }
  if (name !== wanted.kind || apiVersion !== wanted.apiVersion)
    throw unreadable(kind, `it is a ${asText(name)} of ${JSON.stringify(apiVersion)}`)
  return body
}

function jsonIn(text: string, kind: Kind): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = messageOf(error)
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): couldn't get version/kind; json parse error: ${why} (${text.slice(0, 40) || '<empty>'})`,
    )
  }
}

/** JSON is YAML, and much faster read as what it is. */
function yamlIn(text: string): unknown {
  try {
    return text.startsWith('{') ? JSON.parse(text) : parseYaml(text)
  } catch (error) {
    const why = messageOf(error)
    throw badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${why}`)
  }
}

/** What a manager applies. */
export function appliedIn(text: string): JsonObject {
  const body = yamlIn(text)
  if (isObject(body)) return body
  throw badRequest(
    'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type map[string]interface {}',
  )
}

export function patchIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw badRequest(`error decoding patch: ${messageOf(error)}`)
  }
}

export interface DeleteBody {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: string
  readonly dryRun?: readonly string[]
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

/** `DeleteOptions` from body and query. */
export function deleteOptionsOf(text: string, query: URLSearchParams): DeleteBody {
  let body: DeleteBody = {}
  try {
    body = text === '' ? {} : (JSON.parse(text) as DeleteBody)
  } catch (error) {
    const why = messageOf(error)
    throw badRequest(`couldn't get version/kind; json parse error: ${why}`)
  }
  const policy = query.get('propagationPolicy') ?? body.propagationPolicy
  const grace = query.get('gracePeriodSeconds')
  const dryRun = [...query.getAll('dryRun'), ...(body.dryRun ?? [])]
  if (policy !== undefined && !POLICIES.includes(policy))
    throw invalidOption('DeleteOptions', unsupported('propagationPolicy', policy, [...POLICIES, 'nil']))
  return {
    ...body,
    dryRun,
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
  }
}

const POLICIES = ['Foreground', 'Background', 'Orphan']

export function unsupportedMedia(accepted: readonly string[]): StatusFault {
  return new StatusFault({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  })
}
