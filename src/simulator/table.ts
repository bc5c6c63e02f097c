/** The table that `kubectl get` asks for, made from the printer columns of a custom resource. */
import { asText, isObject, objectAt } from './json.ts'
import type { Kind } from './kinds.ts'

/** Changes a document on its way out: an object, a list, or the object of a watch event. */
export type Presentation = (document: object) => object

/** By the `Accept` header: the form that comes first counts. */
export function presentation(accept: string, kind: Kind, nowMs: number): Presentation {
  const isTable = /^application\/json;as=Table(;|,|$)/u.test(accept.replaceAll(' ', ''))
  return isTable ? (document) => tableOf(document, kind, nowMs) : (document) => document
}

interface Column {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description?: string
  readonly priority?: number
  readonly jsonPath: string
}

const NAME: Column = { name: 'Name', type: 'string', format: 'name', jsonPath: '.metadata.name' }
const AGE: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

function tableOf(document: object, kind: Kind, nowMs: number): object {
  const own = (kind.columns ?? []) as unknown as readonly Column[]
  const columns = [NAME, ...(own.length > 0 ? own : [AGE])]
  const metadata = objectAt(document, 'metadata')
  const items = 'items' in document ? (document.items as readonly object[]) : undefined
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: items === undefined ? { resourceVersion: metadata['resourceVersion'] } : metadata,
    columnDefinitions: columns.map(({ jsonPath, format = '', priority = 0, description = '', ...column }) => {
      const text = description || `Custom resource definition column (in JSONPath format): ${jsonPath}`
      return { ...column, format, priority, description: text }
    }),
    rows: (items ?? [document]).map((item) => ({
      cells: columns.map(({ jsonPath, type }) => cell(found(item, jsonPath), type, nowMs)),
      object: {
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: objectAt(item, 'metadata'),
      },
    })),
  }
}

function cell(value: unknown, type: string, nowMs: number): unknown {
  if (value === undefined || value === null) return type === 'date' ? '<unknown>' : null
  if (type === 'date') return age(nowMs - Date.parse(asText(value)))
  return type === 'string' ? asText(value) : value
}

/** The JSONPath that printer columns use: members, and an item of a list by a member's value. */
function found(item: unknown, path: string): unknown {
  const steps = path.match(/\.[\w-]+|\[\?\(@\.\w+==["'][^"']*["']\)\]/gu) ?? []
  return steps.reduce<unknown>((inner, step) => {
    const { key, wanted } = /^\[\?\(@\.(?<key>\w+)==["'](?<wanted>[^"']*)["']/u.exec(step)?.groups ?? {}
    if (key === undefined) return isObject(inner) ? inner[step.slice(1)] : undefined
    return Array.isArray(inner) ? inner.find((one) => objectAt(one)[key] === wanted) : undefined
  }, item)
}

/** As `kubectl` writes ages, in the largest unit that has more than one. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const units = [86_400, 3600, 60].map((size) => Math.floor(seconds / size))
  const largest = units.findIndex((count) => count > 1)
  return largest < 0 ? `${seconds}s` : `${units[largest]}${'dhm'[largest]}`
}
