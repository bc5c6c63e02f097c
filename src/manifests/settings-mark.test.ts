import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts'
import { SETTINGS_ANNOTATION } from '../model/names.ts'
import type { ParticipantSpec } from '../model/participant.ts'
import { DEFAULT_PROFILE } from './default-profile.ts'
import { digestOf } from './digest.ts'
import { renderManifests } from './manifests.ts'

const spec: ParticipantSpec = {
  did: 'did:web:acme.example',
  host: 'localhost',
  mode: 'Managed',
  profile: 'default',
  suspended: false,
  deletionPolicy: 'Delete',
}

function marks(change: Partial<ParticipantSpec> = {}): Readonly<Record<string, string | undefined>> {
  const { workloads } = renderManifests({
    name: 'acme',
    uid: 'uid',
    profile: DEFAULT_PROFILE,
    spec: { ...spec, ...change },
  })
  const pods = workloads.flatMap(({ metadata, ...rest }) => {
    const { spec: inner } = rest as { readonly spec?: { readonly template?: PodTemplateSpec } }
    const annotations = inner?.template?.metadata?.annotations
    return inner?.template === undefined ? [] : [[metadata.name, annotations?.[SETTINGS_ANNOTATION]] as const]
  })
  return Object.fromEntries(pods)
}

describe('the mark of settings on a pod template', () => {
  it('is on whatever reads settings, and on nothing else', () => {
    const { postgres, ...readers } = marks()
    assert.equal(postgres, undefined)
    assert.deepEqual(Object.keys(readers), ['vault', 'identityhub', 'controlplane', 'dataplane'])
    for (const mark of Object.values(readers)) assert.match(mark ?? '', /^[0-9a-f]{16}$/u)
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
