/** Label and field selectors, and what the API server says to those that it cannot read. */
import { asText, valueAt } from './json.ts'
import { faultOfRequirement } from './metadata-rules.ts'
import type { StoredObject } from './state.ts'
import { badRequest, type StatusFault } from './status-fault.ts'

export type Predicate = (object: StoredObject) => boolean

/** Throws BadRequest. An empty selector selects everything. */
export function labelPredicate(selector: string): Predicate {
  if (selector.trim() === '') return () => true
  // Commas between parentheses separate values, not requirements.
  const requirements = selector.split(/,(?![^(]*\))/u).map(requirement)
  return ({ metadata }) => requirements.every((isMet) => isMet(metadata.labels ?? {}))
}

type Labels = Readonly<Record<string, string>>
type Requirement = (labels: Labels) => boolean

const EXISTENCE = /^\s*(?<not>!?)\s*(?<key>[^\s!=()]+)\s*$/u
const EQUALITY = /^\s*(?<key>[^\s!=()]+)\s*(?<operator>!=|==?)\s*(?<values>[^\s!=()]*)\s*$/u
const MEMBERSHIP = /^\s*(?<key>[^\s!=()]+)\s+(?<operator>in|notin)\s*\((?<values>[^()]*)\)\s*$/u

function requirement(text: string): Requirement {
  const existence = EXISTENCE.exec(text)?.groups
  const comparison = (EQUALITY.exec(text) ?? MEMBERSHIP.exec(text))?.groups
  const { key, values } = { ...existence, ...comparison }
  if (key === undefined)
    throw badRequest(`unable to parse requirement: found '${text}', expected: identifier`)
  const wanted = values === undefined ? [] : values.split(',').map((one) => one.trim())
  const fault = faultOfRequirement(key, wanted)
  if (fault !== undefined) throw badRequest(`unable to parse requirement: ${fault}`)
  if (comparison === undefined)
    return (labels) => (labels[key] === undefined) === (existence?.['not'] === '!')
  // What is not there is not one of them either.
  const isIn = (labels: Labels): boolean => labels[key] !== undefined && wanted.includes(labels[key])
  const isNegated = comparison['operator'] === '!=' || comparison['operator'] === 'notin'
  return (labels) => isIn(labels) !== isNegated
}

/** Throws BadRequest for a field that this kind is not indexed by. */
export function fieldPredicate(selector: string, kind: string): Predicate {
  if (selector === '') return () => true
  const terms = selector.split(',').map((term) => {
    const match = /^(?<field>[^=!]+)(?<operator>==|!=|=)(?<value>.*)$/u.exec(term)?.groups
    if (match === undefined) throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`)
    const { field = '', operator, value = '' } = match
    const indexed = /^metadata\.(name|namespace)$/u.test(field) || INDEXED[kind]?.test(field) === true
    if (!indexed) throw unknownField(field, kind)
    return { path: field.split('.'), value, negated: operator === '!=' }
  })
  return (object) => terms.every(({ path, value, negated }) => (fieldAt(object, path) === value) !== negated)
}

/** The source of an Event is who reports it, whichever of its two fields says so. */
function fieldAt(object: StoredObject, path: readonly string[]): string {
  if (path[0] !== 'source') return asText(valueAt(object, path))
  return asText(valueAt(object, ['source', 'component'])) || asText(object['reportingComponent'])
}

/** Kinds with fields of their own say it in their own words. */
function unknownField(field: string, kind: string): StatusFault {
  return INDEXED[kind] === undefined
    ? badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`)
    : badRequest(`field label not supported: ${field}`)
}

/** The further fields of the kinds that people ask about (`kubectl describe`, `kubectl get --field-selector`). */
const INDEXED: Readonly<Record<string, RegExp>> = {
  Pod: /^(spec\.(nodeName|restartPolicy|schedulerName|serviceAccountName)|status\.(phase|podIP))$/u,
  Event:
    /^(involvedObject\.(kind|namespace|name|uid|apiVersion|resourceVersion|fieldPath)|reason|type|reportingComponent|source)$/u,
  Namespace: /^status\.phase$/u,
  Secret: /^type$/u,
}
