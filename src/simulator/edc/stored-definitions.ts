/** Assets, policies and contract definitions as EDC keeps them: what it refuses to take, and how it hands them back. */
import { isObject, type JsonObject, listAt, objectAt } from '../json.ts'
import { type EdcAnswer, invalid, page } from './answers.ts'
import type { Compaction } from './generation.ts'

const EDC = 'https://w3id.org/edc/v0.0.1/ns/'
const ODRL = 'http://www.w3.org/ns/odrl/2/'

export type Collection = 'assets' | 'policydefinitions' | 'contractdefinitions'

/** EDC's class of what is in a collection, and what it calls it in a conflict. */
export const CLASSES: Readonly<Record<Collection, readonly [name: string, called: string]>> = {
  assets: ['Asset', 'Asset'],
  policydefinitions: ['PolicyDefinition', 'Policy'],
  contractdefinitions: ['ContractDefinition', 'Contract Definition'],
}

const OPERATORS = new Set('isA lteq neq isAllOf lt gteq isAnyOf isPartOf eq hasPart gt isNoneOf'.split(' '))

/** What EDC says instead of taking the body; undefined when it takes it. */
export function refusalOf(
  collection: Collection,
  body: JsonObject,
  { addressNeeded, path }: { readonly addressNeeded: boolean; readonly path: string },
): EdcAnswer | undefined {
  if (body['@context'] === undefined) return page(400, path)
  if (collection === 'assets' && addressNeeded && !isObject(body['dataAddress']))
    return invalid({ message: `mandatory object '${EDC}dataAddress' is missing`, path: `${EDC}dataAddress` })
  if (collection !== 'policydefinitions') return undefined
  const constraints = constraintsOf(objectAt(body, 'policy'))
  const wrong = constraints.find(({ operator }) => !OPERATORS.has(bare(operator)))
  if (wrong !== undefined)
    return invalid({
      message: `Operator "${bare(wrong['operator'])}" is not valid`,
      path: `${ODRL}operator/@id`,
      invalidValue: wrong['operator'],
    })
  return constraints.some(({ rightOperand }) => typeof rightOperand === 'number')
    ? page(500, path)
    : undefined
}

/** `createdAt` in ms since 1970; `newId` makes the id of a policy, which is another on every reading. */
export function shown(
  collection: Collection,
  stored: { readonly body: JsonObject; readonly createdAt: number },
  { compaction, newId }: { readonly compaction: Compaction; readonly newId: () => string },
): JsonObject {
  const { body, createdAt } = stored
  const many = compaction === 'terms'
  const head = { '@id': body['@id'], '@type': CLASSES[collection][0] }
  const tail = { '@context': CONTEXTS[compaction] }
  switch (collection) {
    case 'assets':
      return { ...head, ...shownAsset(body), ...tail }
    case 'policydefinitions':
      return { ...head, createdAt, policy: shownPolicy(body, { many, id: newId() }), ...tail }
    case 'contractdefinitions': {
      const { accessPolicyId, contractPolicyId } = body
      const assetsSelector = single(asList(body['assetsSelector']), many)
      return { ...head, accessPolicyId, contractPolicyId, assetsSelector, ...tail }
    }
  }
}

export const CONTEXTS: Readonly<Record<Compaction, unknown>> = {
  prefixed: { '@vocab': EDC, edc: EDC, odrl: ODRL },
  terms: ['https://w3id.org/edc/connector/management/v2'],
}

/** The order of members is another one than it was; the id is a property as well; numbers are doubles, which JSON does not show. */
function shownAsset(body: JsonObject): JsonObject {
  const properties = Object.entries(objectAt(body, 'properties')).map(([name, value]) => [
    name,
    single(asList(value), false),
  ])
  const address = body['dataAddress']
  return {
    properties: { ...Object.fromEntries(properties.toReversed()), id: body['@id'] },
    ...(isObject(address) && { dataAddress: { '@type': 'DataAddress', ...address } }),
  }
}

function shownPolicy(
  body: JsonObject,
  { many, id }: { readonly many: boolean; readonly id: string },
): JsonObject {
  const policy = objectAt(body, 'policy')
  const ownVocabulary = vocabularyOf(body['@context'])
  const name = many ? (term: string): string => term : (term: string): string => `odrl:${term}`
  const rules = (kind: string): unknown =>
    single(
      asList(policy[kind]).map((rule) => shownRule(rule, { many, ownVocabulary })),
      many,
    )
  return {
    '@id': id,
    '@type': name('Set'),
    ...Object.fromEntries(
      ['permission', 'prohibition', 'obligation'].map((kind) => [name(kind), rules(kind)]),
    ),
  }
}

interface RuleView {
  readonly many: boolean
  /** Left operands became words of EDC's vocabulary, because the body said `@vocab`. */
  readonly ownVocabulary: boolean
}

function shownRule(rule: unknown, view: RuleView): JsonObject {
  const { many } = view
  const constraints = constraintsIn(rule).map((constraint) => shownConstraint(constraint, view))
  const action = bare(isObject(rule) ? rule['action'] : undefined)
  // The newer context has a term for this action alone.
  if (many)
    return {
      action: action === 'use' ? action : `odrl:${action}`,
      ...(constraints.length > 0 && { constraint: constraints }),
    }
  return {
    'odrl:action': { '@id': `odrl:${action}` },
    ...(constraints.length > 0 && { 'odrl:constraint': single(constraints, false) }),
  }
}

function shownConstraint(constraint: JsonObject, { many, ownVocabulary }: RuleView): JsonObject {
  const left = `${ownVocabulary ? 'edc:' : ''}${String(constraint['leftOperand'])}`
  const operator = bare(constraint['operator'])
  const { rightOperand } = constraint
  // EDC keeps a list as the text of its JSON-LD.
  const right = Array.isArray(rightOperand)
    ? JSON.stringify(rightOperand.map((value: unknown) => ({ '@value': value })))
    : rightOperand
  if (many) return { leftOperand: left, operator, rightOperand: right }
  return {
    'odrl:leftOperand': { '@id': left },
    'odrl:operator': { '@id': `odrl:${operator}` },
    'odrl:rightOperand': right,
  }
}

function constraintsOf(policy: JsonObject): readonly JsonObject[] {
  return ['permission', 'prohibition', 'obligation'].flatMap((kind) =>
    asList(policy[kind]).flatMap(constraintsIn),
  )
}

function constraintsIn(rule: unknown): readonly JsonObject[] {
  return isObject(rule) ? asList(rule['constraint']).filter(isObject) : []
}

function vocabularyOf(context: unknown): boolean {
  return [context, ...listAt({ context }, 'context')].some((one) => isObject(one) && '@vocab' in one)
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

/** JSON-LD compacts a list of one to its item, unless the context says otherwise. */
function single(items: readonly unknown[], many: boolean): unknown {
  return many || items.length !== 1 ? items : items[0]
}

function bare(name: unknown): string {
  return String(name).replace(/^(?:odrl:|http:\/\/www\.w3\.org\/ns\/odrl\/2\/)/u, '')
}
