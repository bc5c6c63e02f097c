import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { faultOfName } from '../model/names.ts'
import { participantSchema } from './participant-crd.ts'
import { RULES } from './rules.ts'
import type { Schema } from './schema.ts'

const named = (name: string): object => ({ metadata: { name } })
const refusedAtRoot = (name: string): readonly string[] =>
  RULES.filter(({ path, holds }) => path === '' && !holds(named(name))).map(({ message }) => message)

function schemaAt(path: string): Schema {
  let schema = participantSchema()
  for (const field of path.split('.').filter((part) => part !== '')) {
    const next = schema.properties?.[field]
    assert.ok(next, `the schema has no ${path}`)
    schema = next
  }
  return schema
}

describe('the rules of the Participant', () => {
  for (const name of ['acme-corp', '1a', 'select', 'a', 'defaults', 'kube', 'a'.repeat(40)])
    it(`accept the name ${name}`, () => assert.deepEqual(refusedAtRoot(name), []))

  for (const name of ['default', 'kube-system', 'kube-', 'openshift', 'openshift-etcd'])
    it(`refuse the name ${name} and say that it is reserved`, () => {
      assert.match(refusedAtRoot(name).join('\n'), /reserved: default, kube-\*, openshift\*/u)
    })

  it('refuse a name of 41 characters and say how long it may be', () => {
    assert.match(refusedAtRoot('a'.repeat(41)).join('\n'), /at most 40 characters/u)
  })

  it('refuse a name with a dot, which a Kubernetes object may have and a namespace may not', () => {
    assert.match(refusedAtRoot('a.b').join('\n'), /name of a namespace/u)
  })

  it('decide about names as the rest of the product does when nothing more is reserved', () => {
    const names = fc.oneof(
      fc.stringMatching(/^[a-z0-9.-]{0,45}$/u),
      fc
        .constantFrom('kube-', 'openshift', 'default', 'kube')
        .chain((prefix) => fc.stringMatching(/^[a-z0-9-]{0,5}$/u).map((rest) => prefix + rest)),
    )
    fc.assert(
      fc.property(names, (name) => {
        assert.equal(refusedAtRoot(name).length === 0, faultOfName(name, []) === undefined)
      }),
    )
  })

  for (const path of ['spec.did', 'spec.mode'])
    it(`keep ${path} as it was created`, () => {
      const rule = RULES.find((entry) => entry.path === path)
      assert.ok(rule)
      assert.equal(rule.holds('one', 'one'), true)
      assert.equal(rule.holds('two', 'one'), false)
      assert.equal(rule.holds('two'), true, 'nothing was there before')
      assert.match(rule.rule, /oldSelf/u)
    })

  it('all stand in the schema, at their path, with their message', () => {
    for (const { rule, message, path } of RULES) {
      const found = schemaAt(path)['x-kubernetes-validations']?.filter((entry) => entry.rule === rule)
      assert.equal(
        found?.some((entry) => entry.message === message),
        true,
        `${path}: ${rule}`,
      )
    }
  })
})
