/** The Events of `events.k8s.io/v1`: the same stored objects as those of the core group, under other names (KEP-383). */
import { faultsOfPatch, faultsOfReported } from './event-rules.ts'
import { asText, isObject, type JsonObject } from './json.ts'
import { badRequest, type Cause } from './status-fault.ts'

/** How one API shows what another one stores. */
export interface View {
  /** Where the objects are stored. */
  readonly storage: { readonly group: string; readonly version: string; readonly plural: string }
  /** A stored object as this API shows it. */
  shown(stored: JsonObject): JsonObject
  /** What is stored for an object of this API. */
  stored(shown: JsonObject): JsonObject
  /** What is wrong with an object that is created through this API, in its stored form. */
  faultsOfNew(stored: JsonObject): readonly Cause[]
  /** What is wrong with a merge patch through this API, in stored names. */
  faultsOfPatch(patch: JsonObject, before: JsonObject): readonly Cause[]
  /** A query in the names of the stored object. Throws BadRequest for a field of the other API. */
  queryOf(query: URLSearchParams): URLSearchParams
}

/** Name here → name in the stored object. */
const NAMES: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
}
const STORED_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(NAMES).map(([here, there]) => [there, here]),
)

export const EVENT_VIEW: View = {
  storage: { group: '', version: 'v1', plural: 'events' },
  shown: (stored) => renamed(stored, { names: STORED_NAMES, apiVersion: 'events.k8s.io/v1' }),
  stored: (shown) => renamed(shown, { names: NAMES, apiVersion: 'v1' }),
  faultsOfNew: faultsOfReported,
  faultsOfPatch,
  queryOf: (query) => {
    const selector = query.get('fieldSelector') ?? ''
    if (selector === '') return query
    const inStoredNames = new URLSearchParams(query)
    inStoredNames.set('fieldSelector', selector.split(',').map(inStoredName).join(','))
    return inStoredNames
  },
}

/** Items of lists do not say what they are; whatever does says so in the names of its API. */
function renamed(
  object: JsonObject,
  { names, apiVersion }: { readonly names: Readonly<Record<string, string>>; readonly apiVersion: string },
): JsonObject {
  const fields = Object.entries(object).map(([name, value]) => [names[name] ?? name, value] as const)
  return {
    ...Object.fromEntries(fields),
    ...(object['apiVersion'] === undefined ? {} : { apiVersion }),
  }
}

const SELECTABLE = ['metadata', 'reason', 'regarding', 'reportingController', 'type']

function inStoredName(term: string): string {
  const [, field = '', part = '', rest = ''] = /^(\w+)(\.\w+)?(.*)$/u.exec(term) ?? []
  if (!SELECTABLE.includes(field)) throw badRequest(`field label not supported: ${field}${part}`)
  return `${NAMES[field] ?? field}${part}${rest}`
}

/** Shows an object, or each item of a list. */
export function presentedBy(view: View): (document: object) => object {
  const shown = (object: JsonObject): JsonObject => view.shown(object)
  return (document) => {
    const { items } = document as { readonly items?: readonly unknown[] }
    if (!Array.isArray(items)) return isEvent(document) ? shown({ ...document }) : document
    const list = items.map((item: unknown) => (isObject(item) ? shown(item) : item))
    return { ...shown({ ...document, items: undefined }), items: list }
  }
}

/** Not the Status that some requests are answered with. */
function isEvent(document: object): boolean {
  const { kind } = document as { readonly kind?: unknown }
  return asText(kind) !== 'Status'
}
