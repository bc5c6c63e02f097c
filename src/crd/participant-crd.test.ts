import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SPEC_DEFAULTS } from '../model/participant.ts'
import { participantCrd, participantSchema } from './participant-crd.ts'
import type { Schema } from './schema.ts'

interface Found {
  readonly path: string
  readonly schema: Schema
}

function everything(schema: Schema, path = ''): readonly Found[] {
  return [
    { path, schema },
    ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
      everything(child, `${path}.${name}`),
    ),
    ...(schema.items ? everything(schema.items, `${path}[]`) : []),
    ...(schema.additionalProperties ? everything(schema.additionalProperties, `${path}.*`) : []),
  ]
}

const fields = everything(participantSchema())
const component = (name: string): readonly string[] =>
  Object.keys(
    participantSchema().properties?.['spec']?.properties?.['components']?.properties?.[name]?.properties ??
      {},
  )

describe('the CustomResourceDefinition of the Participant', () => {
  it('gives every field a type and, for kubectl explain, a description', () => {
    const mute = fields.filter(({ schema }) => schema.type === undefined || schema.description === undefined)
    assert.deepEqual(
      mute.map(({ path }) => path),
      ['.metadata'],
      'the metadata is described by Kubernetes itself and must not be here',
    )
  })

  it('merges every list by a key that its items must have, but for the history, which one manager writes', () => {
    const lists = fields.filter(
      ({ path, schema }) => schema.type === 'array' && !path.startsWith('.status.operations'),
    )
    assert.deepEqual(
      lists.map(({ path, schema }) => [path, schema['x-kubernetes-list-map-keys']]),
      [
        ['.status.conditions', ['type']],
        ['.status.components', ['name']],
        ['.status.steps', ['name']],
      ],
    )
    for (const { schema } of lists) {
      assert.equal(schema['x-kubernetes-list-type'], 'map')
      assert.ok(schema['x-kubernetes-list-map-keys']?.every((key) => schema.items?.required?.includes(key)))
    }
  })

  it('fills in the defaults of the model', () => {
    const spec = participantSchema().properties?.['spec']?.properties ?? {}
    const defaults = Object.entries(spec).filter(([, schema]) => schema.default !== undefined)
    assert.deepEqual(
      Object.fromEntries(defaults.map(([name, schema]) => [name, schema.default])),
      SPEC_DEFAULTS,
    )
  })

  it('lets only Deployments have replicas and only what stores something have storage', () => {
    for (const name of ['postgres', 'vault']) assert.deepEqual(component(name), ['storage', 'resources'])
    for (const name of ['identityhub', 'controlplane', 'dataplane'])
      assert.deepEqual(component(name), ['replicas', 'resources'])
  })

  it('has patterns that JavaScript reads as Go does: no look-around, no back references', () => {
    for (const { schema, path } of fields) {
      if (schema.pattern === undefined) continue
      assert.doesNotThrow(() => new RegExp(schema.pattern ?? '', 'u'), path)
      assert.doesNotMatch(schema.pattern, /\(\?[=!<]|\\[1-9]/u, path)
    }
  })

  it('shows phase, reason, readiness and age, and more when asked for more', () => {
    const [version] = participantCrd().spec.versions
    const columns = version?.additionalPrinterColumns ?? []
    const shown = (wide: boolean): readonly string[] =>
      columns.filter(({ priority = 0 }) => wide || priority === 0).map(({ name }) => name)
    assert.deepEqual(shown(false), ['Phase', 'Reason', 'Ready', 'Age'])
    assert.deepEqual(shown(true), ['Phase', 'Reason', 'Ready', 'DID', 'Namespace', 'Age'])
  })
})
