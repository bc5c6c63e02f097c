/** Takes lists apart into objects, says where each of them stands, and sets aside what is none. */
import { type KubeObject, keyOf } from '../model/kubernetes.ts'
import { withoutNulls } from './clean.ts'
import { plain } from './plain.ts'
import { isRecord, nameOf } from './shape.ts'
import { JUDGED_KINDS, type JudgedKind } from './shapes.ts'

/** One object that has the shape of its kind, without nulls. */
export interface FoundObject {
  readonly object: KubeObject
  /** The key of {@link JUDGED_KINDS}. */
  readonly kind: string
}

export interface FoundObjects {
  readonly objects: readonly FoundObject[]
  /** A sentence for each object that was set aside: where it stands, and why. */
  readonly notes: readonly string[]
}

export function findObjects(documents: readonly unknown[]): FoundObjects {
  const search = new Search()
  for (const [index, document] of documents.entries())
    if (document !== null)
      search.visit(document, { at: documents.length === 1 ? '' : `document ${index + 1}`, depth: 0 })
  return search.result()
}

interface Place {
  /** Such as `document 2, items[3]`; empty for the only document. */
  readonly at: string
  readonly depth: number
  /** What a typed list says of its items. */
  readonly apiVersion?: string
  readonly kind?: string
}

/** Lists in lists: no tool prints more than two levels. */
const MAX_DEPTH = 10
/** How many positions of a kind that is not judged are named. */
const NAMED = 5
const NO_NAMESPACE = 'default'

class Search {
  readonly #objects: FoundObject[] = []
  readonly #notes: string[] = []
  /** Positions by kind. */
  readonly #foreign = new Map<string, string[]>()

  result(): FoundObjects {
    const foreign = [...this.#foreign].map(([kind, places]) => foreignNote(kind, places))
    return { objects: this.#objects, notes: [...this.#notes, ...foreign] }
  }

  visit(value: unknown, place: Place): void {
    if (Array.isArray(value)) return this.#visitItems(value, place)
    if (!isRecord(value)) return this.#skip(place, `is ${nameOf(value)}, expected an object`)
    const kind = value['kind'] ?? place.kind
    if (isList(kind, value))
      return this.#visitList(value, { ...place, ...(typeof kind === 'string' && { kind }) })
    this.#visitObject(value, place)
  }

  #visitList(
    { items, apiVersion }: Readonly<Record<string, unknown>>,
    { at, depth, kind = 'List' }: Place,
  ): void {
    if (!Array.isArray(items))
      return this.#skip({ at }, `is a ${plain(kind)} whose items is ${nameOf(items)}, expected a list`)
    const ofItems = kind === 'List' ? '' : kind.slice(0, -'List'.length)
    this.#visitItems(items, {
      at: at === '' ? 'items' : `${at}, items`,
      depth,
      ...(ofItems !== '' && { kind: ofItems }),
      ...(ofItems !== '' && typeof apiVersion === 'string' && { apiVersion }),
    })
  }

  #visitItems(items: readonly unknown[], place: Place): void {
    if (place.depth >= MAX_DEPTH) return this.#skip(place, 'is a list within too many lists')
    for (const [index, item] of items.entries())
      this.visit(item, { ...place, at: `${place.at}[${index}]`, depth: place.depth + 1 })
  }

  #visitObject(value: Readonly<Record<string, unknown>>, place: Place): void {
    const { kind = place.kind, apiVersion = place.apiVersion } = value
    const where = placeOf(place.at, { kind, metadata: value['metadata'] })
    if (typeof kind !== 'string') return this.#skip(where, isNot('kind', kind))
    if (typeof apiVersion !== 'string') return this.#skip(where, isNot('apiVersion', apiVersion))
    const judged = judgedKindOf(kind, apiVersion)
    if (judged === undefined) return this.#leave(nameOfKind(kind, apiVersion), where.at)
    const clean = withoutNulls({ ...value, kind, apiVersion })
    if (clean === undefined) return this.#skip(where, 'is nested too deeply')
    this.#take({ kind, object: clean.value as KubeObject }, judged, where)
  }

  #take({ kind, object }: FoundObject, { namespaced, shape }: JudgedKind, where: Pick<Place, 'at'>): void {
    const fault = shape(object, '') ?? (object.metadata.name === '' ? 'metadata.name is empty' : undefined)
    if (fault !== undefined) return this.#skip(where, plain(fault))
    const inNone = namespaced && (object.metadata.namespace ?? '') === ''
    if (inNone) this.#notes.push(`${where.at}: metadata.namespace is missing; taken as "${NO_NAMESPACE}"`)
    const metadata = inNone ? { ...object.metadata, namespace: NO_NAMESPACE } : object.metadata
    this.#objects.push({ kind, object: { ...object, metadata } })
  }

  #skip({ at }: Pick<Place, 'at'>, fault: string): void {
    const colon = fault.startsWith('is ') ? ' ' : ': '
    this.#notes.push(`${at === '' ? 'the document' : at}${colon}${fault}; skipped`)
  }

  #leave(kind: string, at: string): void {
    const places = this.#foreign.get(kind) ?? []
    places.push(at === '' ? 'the document' : at)
    this.#foreign.set(kind, places)
  }
}

function isList(kind: unknown, value: Readonly<Record<string, unknown>>): boolean {
  if (kind === 'List') return true
  return (
    Array.isArray(value['items']) &&
    (kind === undefined || (typeof kind === 'string' && kind.endsWith('List')))
  )
}

function judgedKindOf(kind: string, apiVersion: string): JudgedKind | undefined {
  const judged = Object.hasOwn(JUDGED_KINDS, kind) ? JUDGED_KINDS[kind] : undefined
  return judged?.groups.includes(groupOf(apiVersion)) === true ? judged : undefined
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash === -1 ? '' : apiVersion.slice(0, slash)
}

/** With its group where a kind of that name is judged, so that the note does not contradict itself. */
function nameOfKind(kind: string, apiVersion: string): string {
  return Object.hasOwn(JUDGED_KINDS, kind) ? `${kind} of ${apiVersion}` : kind
}

function foreignNote(kind: string, places: readonly string[]): string {
  const more = places.length > NAMED ? ` and ${places.length - NAMED} more` : ''
  return `${places.slice(0, NAMED).join(', ')}${more}: kind ${plain(kind)} is not judged; skipped`
}

function isNot(member: string, value: unknown): string {
  return value === undefined || value === null
    ? `${member} is missing`
    : `${member} is ${nameOf(value)}, expected a string`
}

/** `items[3] (Pod acme/x)`: what is known of a broken object, to find it by. */
function placeOf(
  at: string,
  { kind, metadata }: { readonly kind: unknown; readonly metadata: unknown },
): Pick<Place, 'at'> {
  const { namespace, name } = isRecord(metadata) ? metadata : {}
  const key =
    typeof name === 'string' && name !== ''
      ? keyOf({ metadata: { name, ...(typeof namespace === 'string' && { namespace }) } })
      : ''
  const known = [typeof kind === 'string' ? kind : '', key].filter((part) => part !== '').map(plain)
  if (known.length === 0) return { at }
  return { at: at === '' ? known.join(' ') : `${at} (${known.join(' ')})` }
}
