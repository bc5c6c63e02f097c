/** Whole plans in words, as `plan` and `diff` print them: a change of the rules shows in the files beside this. */
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { KubeObject } from '../model/kubernetes.ts'
import { describePlan } from './describe.ts'
import { plan } from './plan.ts'

const testdata = fileURLToPath(new URL('testdata/', import.meta.url))
type Json = Record<string, unknown>
const recorded = (name: string): readonly KubeObject[] =>
  JSON.parse(readFileSync(`${testdata}acme.${name}.json`, 'utf8')) as KubeObject[]

const wanted = recorded('wanted')
const live = recorded('live')

/** The objects with one of them changed. */
function changed(
  objects: readonly KubeObject[],
  [kind, name]: readonly [kind: string, name: string],
  change: (fields: { readonly metadata: Json; readonly spec: Json; readonly [field: string]: Json }) => void,
): readonly KubeObject[] {
  return structuredClone(objects).map((object) => {
    if (object.kind === kind && object.metadata.name === name) change(object as never)
    return object
  })
}

const by = (manager: string, fieldsV1: Json): Json => ({ manager, operation: 'Update', fieldsV1 })

const edited = changed(live, ['Deployment', 'controlplane'], ({ metadata, spec }) => {
  spec['replicas'] = 3
  const edit = by('kubectl-edit', { 'f:spec': { 'f:replicas': {} } })
  metadata['managedFields'] = [...(metadata['managedFields'] as Json[]), edit]
})
const going = changed(edited, ['Service', 'vault'], ({ metadata }) => {
  metadata['deletionTimestamp'] = '2026-01-02T03:04:05Z'
})
const moved = changed(going, ['StatefulSet', 'vault'], ({ spec }) => (spec['serviceName'] = 'before'))

const leaner = wanted.filter(({ metadata }) => metadata.name !== 'dataplane-settings')
const faster = changed(
  leaner,
  ['PersistentVolumeClaim', 'postgres-data'],
  ({ spec }) => (spec['storageClassName'] = 'fast'),
)

const scenarios: Readonly<Record<string, readonly [readonly KubeObject[], readonly KubeObject[]]>> = {
  'from-nothing': [wanted, []],
  'at-rest': [wanted, live],
  'everything-at-once': [faster, moved],
}

describe('a whole plan', () => {
  for (const [name, [asked, there]] of Object.entries(scenarios))
    it(`is that of ${name}.golden.txt`, (t) => {
      const text = `${describePlan(plan(asked, there)).join('\n')}\n`
      t.assert.fileSnapshot(text, `${testdata}${name}.golden.txt`, { serializers: [String] })
    })
})
