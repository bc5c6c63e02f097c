import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { KubeObject } from '../model/kubernetes.ts'
import { ROTATION_ANNOTATION } from '../model/names.ts'
import { describePlan } from './describe.ts'
import { hasChanges, plan, type PlanStep } from './plan.ts'

type Values = Readonly<Record<string, string>>

const metadata = (rotation?: string): KubeObject['metadata'] => ({
  name: 'keys',
  namespace: 'acme',
  ...(rotation !== undefined && { annotations: { [ROTATION_ANNOTATION]: rotation } }),
})
const wanted = (stringData: Values, rotation?: string): KubeObject & { stringData: Values } => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: metadata(rotation),
  stringData,
})
const stored = (data: Values, rotation?: string): KubeObject & { data: Values } => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: metadata(rotation),
  data,
})
const only = (object: KubeObject, live: KubeObject): PlanStep => {
  const [step, ...others] = plan([object], [live])
  assert.ok(step)
  assert.deepEqual(others, [])
  return step
}
const valuesIn = ({ object }: PlanStep): unknown => (object as { stringData?: Values }).stringData

const requests = fc.option(fc.constantFrom('1', '2', 'x'), { nil: undefined })
const values = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('', 'c29tZQ==', 'b3RoZXI='))

describe('the plan for a Secret', () => {
  it('creates one that is missing with all of its values', () => {
    const object = wanted({ a: 'new' })
    assert.deepEqual(plan([object], []), [{ do: 'create', object }])
  })

  it('leaves one alone that has every key, whatever the values, while nobody asks for others', () => {
    const object = wanted({ a: 'new' })
    const live = stored({ a: 'b2xk', ofOthers: 'a2VwdA==' })
    assert.deepEqual(only(object, live), { do: 'leave', object, live, because: 'written-once' })
    assert.equal(hasChanges([only(object, live)]), false)
  })

  it('adds the keys that it lacks, or that are empty, and no other', () => {
    const step = only(wanted({ a: 'new', b: 'new', c: 'new' }), stored({ a: 'b2xk', c: '' }))
    assert.equal(step.do, 'complete')
    assert.deepEqual(valuesIn(step), { b: 'new', c: 'new' })
    assert.equal(hasChanges([step]), true)
  })

  it('gives every key a new value for a request that its values do not answer to', () => {
    for (const before of [undefined, 'first']) {
      const step = only(wanted({ a: 'new', b: 'new' }, 'second'), stored({ a: 'b2xk' }, before))
      assert.equal(step.do, 'rotate')
      assert.deepEqual(valuesIn(step), { a: 'new', b: 'new' })
    }
  })

  it('changes nothing for a request that is carried out, and nothing when the request is taken away', () => {
    for (const request of ['first', undefined])
      assert.equal(only(wanted({ a: 'new' }, request), stored({ a: 'b2xk' }, 'first')).do, 'leave')
  })

  it('touches a value that is there only for a request, and has nothing to do once it is carried out', () => {
    fc.assert(
      fc.property(values, values, fc.tuple(requests, requests), (keys, held, [asked, answered]) => {
        const object = wanted(Object.fromEntries(Object.keys(keys).map((key) => [key, 'new'])), asked)
        const step = only(object, stored(held, answered))
        const written = step.do === 'leave' ? {} : (valuesIn(step) as Values)
        if (asked === undefined || asked === answered)
          for (const key of Object.keys(written)) assert.equal(held[key] ?? '', '', 'a value was overwritten')
        const now = { ...held, ...written }
        assert.equal(only(object, stored(now, asked ?? answered)).do, 'leave')
      }),
    )
  })

  it('is put in words with the keys, and without any value', () => {
    const rotated = plan([wanted({ a: 'hush', b: 'hush' }, 'me')], [stored({ a: 'quiet' })])
    assert.deepEqual(describePlan(rotated), [
      'rotate   Secret acme/keys (new values for a, b, as asked for by dataspaces.dev/rotate-secrets)',
    ])
    const completed = plan([wanted({ a: 'hush', b: 'hush' })], [stored({ a: 'quiet' })])
    assert.deepEqual(describePlan(completed), [
      'complete Secret acme/keys (lacks b; the values that are there stay)',
    ])
  })
})
