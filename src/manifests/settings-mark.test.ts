import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts'
import { API_VERSION, ASKS, KIND, ROTATION_ANNOTATION, SETTINGS_ANNOTATION } from '../model/names.ts'
import { COMPONENTS, type ParticipantSpec } from '../model/participant.ts'
import { DEFAULT_PROFILE } from './default-profile.ts'
import { digestOf } from './digest.ts'
import { manifestInputOf, renderManifests } from './manifests.ts'

const spec: ParticipantSpec = {
  did: 'did:web:acme.example',
  host: 'localhost',
  mode: 'Managed',
  profile: 'default',
  suspended: false,
  deletionPolicy: 'Delete',
}

type Marks = Readonly<Record<string, string | undefined>>

const marks = (change: Partial<ParticipantSpec> = {}): Marks => marksOf(SETTINGS_ANNOTATION, { change })

function marksOf(
  annotation: string,
  { change = {}, rotate }: { readonly change?: Partial<ParticipantSpec>; readonly rotate?: string },
): Marks {
  const annotations = rotate === undefined ? {} : { [ASKS.rotate]: rotate }
  const metadata = { name: 'acme', uid: 'uid', annotations }
  const participant = { apiVersion: API_VERSION, kind: KIND, metadata, spec: { ...spec, ...change } }
  const { workloads } = renderManifests(manifestInputOf(participant, DEFAULT_PROFILE))
  const pods = workloads.flatMap(({ metadata, ...rest }) => {
    const { spec: inner } = rest as { readonly spec?: { readonly template?: PodTemplateSpec } }
    const found = inner?.template?.metadata?.annotations
    return inner?.template === undefined ? [] : [[metadata.name, found?.[annotation]] as const]
  })
  return Object.fromEntries(pods)
}

describe('the mark of settings on a pod template', () => {
  it('is on whatever reads settings', () => {
    assert.deepEqual(Object.keys(marks()), COMPONENTS)
    for (const mark of Object.values(marks())) assert.match(mark ?? '', /^[0-9a-f]{16}$/u)
  })

  it('changes for those whose settings changed: they alone are started anew', () => {
    const before = marks()
    const after = marks({ host: 'dataspace.example' })
    const changed = Object.keys(before).filter((name) => before[name] !== after[name])
    assert.deepEqual(changed, ['controlplane'])
  })

  it('is the same as long as the settings are', () => {
    assert.deepEqual(marks({ components: { controlplane: { replicas: 2 } } }), marks())
  })
})

describe('the mark of a request for new secret values on a pod template', () => {
  it('is the request itself, on whatever reads a Secret and on nothing else', () => {
    const { vault, ...readers } = marksOf(ROTATION_ANNOTATION, { rotate: 'after the leak' })
    assert.equal(vault, undefined)
    assert.deepEqual(Object.keys(readers), ['postgres', 'identityhub', 'controlplane', 'dataplane'])
    for (const mark of Object.values(readers)) assert.equal(mark, 'after the leak')
  })

  it('is not there when nobody ever asked, or asked with nothing', () => {
    for (const request of [{}, { rotate: '' }])
      assert.deepEqual(
        Object.values(marksOf(ROTATION_ANNOTATION, request)).filter((mark) => mark !== undefined),
        [],
      )
  })

  it('leaves that of the settings alone', () => {
    assert.deepEqual(marksOf(SETTINGS_ANNOTATION, { rotate: 'now' }), marks())
  })
})

describe('the digest', () => {
  it('is that of FNV-1a for plain texts', () => {
    // The text is "a" in quotes: 22 61 22.
    assert.equal(digestOf('a'), fnv1a([0x22, 0x61, 0x22]))
  })

  it('does not depend on the order of fields, but on that of items', () => {
    assert.equal(digestOf({ a: 1, b: [1, 2] }), digestOf({ b: [1, 2], a: 1 }))
    assert.notEqual(digestOf([1, 2]), digestOf([2, 1]))
  })

  it('keeps apart what only looks alike', () => {
    const values = ['1', 1, ['1'], { a: '1' }, { a: 'b":"' }, { 'a":"b': '' }, null, '']
    assert.equal(new Set(values.map(digestOf)).size, values.length)
  })
})

function fnv1a(bytes: readonly number[]): string {
  const hash = bytes.reduce(
    (all, byte) => BigInt.asUintN(64, (all ^ BigInt(byte)) * 1_099_511_628_211n),
    14_695_981_039_346_656_037n,
  )
  return hash.toString(16).padStart(16, '0')
}
