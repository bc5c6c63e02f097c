/** Lists: which version is shown, which part of it, and how the next part is asked for. */
import { apiVersionOf, keyOf } from '../model/kubernetes.ts'
import { asText, omit } from './json.ts'
import type { Kind } from './kinds.ts'
import type { MemoryState } from './memory-state.ts'
import { fieldPredicate, labelPredicate, type Predicate } from './selector.ts'
import type { StoredObject } from './state.ts'
import {
  badRequest,
  type Cause,
  expired,
  invalidOption,
  notAllowed,
  tooLargeVersion,
} from './status-fault.ts'

export interface Collection {
  readonly kind: Kind
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined
}

interface Token {
  readonly rv: number
  /** Key of the last object shown. */
  readonly start: string
}

/** Continued from a version that is forgotten: the state of now instead. */
const INCONSISTENT = -1

const AGED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

export function selectorOf(kind: Kind, query: URLSearchParams): Predicate {
  const labels = labelPredicate(query.get('labelSelector') ?? '')
  const fields = fieldPredicate(query.get('fieldSelector') ?? '', kind.kind)
  return (object) => labels(object) && fields(object)
}

/** A `…List` document. Throws Expired when its version is forgotten. */
export function listed(state: MemoryState, collection: Collection, query: URLSearchParams): object {
  const { kind } = collection
  requireListable(query)
  const token = tokenOf(query.get('continue'))
  if (token !== undefined && token.rv !== INCONSISTENT && state.changesSince(token.rv) === undefined)
    throw expired(AGED, tokenText({ rv: INCONSISTENT, start: token.start }))
  const { objects, version } = snapshot(state, collection, token?.rv ?? exactVersion(state, query))
  const selects = selectorOf(kind, query)
  const matching = objects.filter((object) => keyOf(object) > (token?.start ?? '') && selects(object))
  const page = matching.slice(0, limitOf(query) ?? matching.length)
  const rest = restOf({ all: matching, page, version }, query)
  // Lists of custom resources have the field in any case.
  const continued = rest ?? (kind.schema === undefined ? {} : { continue: '' })
  return {
    kind: `${kind.kind}List`,
    apiVersion: apiVersionOf(kind),
    metadata: { resourceVersion: asText(version), ...continued },
    // Items of built-in lists do not repeat what they are; those of custom resources do.
    items: kind.schema === undefined ? page.map((object) => omit(object, 'kind', 'apiVersion')) : page,
  }
}

interface Paging {
  readonly all: readonly StoredObject[]
  readonly page: readonly StoredObject[]
  readonly version: number
}

/** How many are left is told only where nothing is filtered. */
function restOf({ all, page, version }: Paging, query: URLSearchParams): object | undefined {
  const left = all.length - page.length
  const last = page.at(-1)
  if (left === 0 || last === undefined) return undefined
  const next = { continue: tokenText({ rv: version, start: keyOf(last) }) }
  const isFiltered = query.has('labelSelector') || query.has('fieldSelector')
  return isFiltered ? next : { ...next, remainingItemCount: left }
}

interface Snapshot {
  readonly objects: readonly StoredObject[]
  readonly version: number
}

function snapshot(
  state: MemoryState,
  { kind, namespace }: Collection,
  version: number | undefined,
): Snapshot {
  if (version === undefined || version === INCONSISTENT)
    return { objects: state.list(kind, namespace), version: state.version }
  const past = state.listAt(kind, version)
  if (past === undefined) throw expired('The resourceVersion for the provided list is too old.')
  const isThere = ({ metadata }: StoredObject): boolean =>
    namespace === undefined || metadata.namespace === namespace
  return { objects: past.filter(isThere), version }
}

/** Undefined: the latest. A limit makes any version but 0 an exact one. Throws a timeout for one that is yet to come. */
function exactVersion(state: MemoryState, query: URLSearchParams): number | undefined {
  const asked = versionOf(query)
  if (asked !== undefined && asked > state.version) throw tooLargeVersion(asked, state.version)
  const match = query.get('resourceVersionMatch') ?? (query.has('limit') ? 'Exact' : '')
  return match === 'Exact' && asked !== 0 ? asked : undefined
}

/** Undefined: the latest. Zero: any. Throws BadRequest. */
export function versionOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion') ?? ''
  if (text === '') return undefined
  if (!/^\d+$/u.test(text)) throw badRequest(`invalid resource version: ${unparsedVersion(text)}`)
  return Number(text)
}

export function unparsedVersion(text: string): string {
  const quoted = JSON.stringify(text)
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`
}

/** A list of version 0 comes out of the watch cache, which knows no pages. */
function limitOf(query: URLSearchParams): number | undefined {
  const text = query.get('limit')
  if (text === null || text === '') return undefined
  if (!/^-?\d+$/u.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text) > 0 && query.get('resourceVersion') !== '0' ? Number(text) : undefined
}

function requireListable(query: URLSearchParams): void {
  const [match, version, token] = ['resourceVersionMatch', 'resourceVersion', 'continue'].map(
    (name) => query.get(name) ?? '',
  )
  const field = 'resourceVersionMatch'
  const faults: Cause[] = []
  if (match !== '' && version === '')
    faults.push(notAllowed(field, `${field} is forbidden unless resourceVersion is provided`))
  if (match === 'Exact' && version === '0')
    faults.push(notAllowed(field, `${field} "exact" is forbidden for resourceVersion "0"`))
  if (faults.length > 0) throw invalidOption('ListOptions', ...faults)
  if (token !== '' && version !== '' && version !== '0')
    throw badRequest('specifying resource version is not allowed when using continue')
}

function tokenOf(text: string | null): Token | undefined {
  if (text === null || text === '') return undefined
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Token>
    if (typeof token.rv === 'number' && typeof token.start === 'string')
      return { rv: token.rv, start: token.start }
  } catch {
    // Refused below, like a token of another shape.
  }
  throw badRequest('invalid continue token: continue key is not valid')
}

function tokenText(token: Token): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', ...token })).toString('base64url')
}
