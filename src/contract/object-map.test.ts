import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { objectMap } from './object-map.ts'

describe('objectMap', () => {
  it('maps names to kinds', () => {
    assert.deepEqual(
      objectMap([
        { name: 'acme', kind: 'Namespace' },
        { name: 'controlplane', kind: 'Deployment' },
      ]),
      { acme: 'Namespace', controlplane: 'Deployment' },
    )
  })

  it('keeps the first of a name and gives later ones their kind in the key', () => {
    assert.deepEqual(
      objectMap([
        { name: 'vault', kind: 'StatefulSet' },
        { name: 'vault', kind: 'Service' },
        { name: 'vault', kind: 'Service' },
        { name: 'vault (Service)', kind: 'ConfigMap' },
      ]),
      {
        vault: 'StatefulSet',
        'vault (Service)': 'Service',
        'vault (Service) 2': 'Service',
        'vault (Service) (ConfigMap)': 'ConfigMap',
      },
    )
  })

  it('treats names of built-in properties like any other', () => {
    assert.deepEqual(objectMap([{ name: 'constructor', kind: 'Secret' }]), { constructor: 'Secret' })
  })

  it('loses no object, whatever the names', () => {
    const word = fc.constantFrom('a', 'b', 'a (X)', 'a (X) 2', 'b (Y)', '__proto__', 'constructor')
    const refs = fc.array(fc.record({ name: word, kind: fc.constantFrom('X', 'Y') }))
    fc.assert(
      fc.property(refs, (objects) => {
        const kinds = Object.values(objectMap(objects)).toSorted()
        assert.deepEqual(kinds, objects.map(({ kind }) => kind).toSorted())
      }),
    )
  })
})
