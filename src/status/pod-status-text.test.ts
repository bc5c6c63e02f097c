import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { podStatusText } from './pod-status-text.ts'

interface Pair {
  readonly name: string
  /** What kubectl 1.36 printed for this pod, created and patched on a real API server of that version. */
  readonly prints: string
  readonly pod: Partial<Pod>
}

const testdata = new URL('testdata/pod-status-text.json', import.meta.url)
const pairs = JSON.parse(readFileSync(testdata, 'utf8')) as readonly Pair[]

/** Every copy of the value that lacks one member or one element, at any depth. */
function withOneLess(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value))
    return value.flatMap((item, at) => [
      value.toSpliced(at, 1),
      ...withOneLess(item).map((less) => value.with(at, less)),
    ])
  return Object.entries(value).flatMap(([key, member]) => {
    const { [key]: _gone, ...rest } = value as Record<string, unknown>
    return [rest, ...withOneLess(member).map((less) => ({ ...value, [key]: less }))]
  })
}

describe('the STATUS of a pod', () => {
  it('has been compared with kubectl in many shapes', () => assert.ok(pairs.length >= 50))

  for (const { name, prints, pod } of pairs)
    it(`is ${prints}, as kubectl prints it: ${name}`, () => assert.equal(podStatusText(pod), prints))

  it('is a text that is not empty, whatever is missing', () => {
    for (const { pod } of pairs)
      for (const less of withOneLess(pod)) assert.notEqual(podStatusText(less as Pod), '')
  })

  it('is Terminating while a pod that has not ended is being deleted, whatever its containers do', () => {
    const alive = pairs.filter(({ pod }) => !['Succeeded', 'Failed'].includes(pod.status?.phase ?? ''))
    const deletionTimestamp = '2026-01-01T00:00:00Z'
    fc.assert(
      fc.property(fc.constantFrom(...alive), ({ pod }) => {
        const lost = pod.status?.reason === 'NodeLost'
        assert.equal(
          podStatusText({ ...pod, metadata: { deletionTimestamp } }),
          lost ? 'Unknown' : 'Terminating',
        )
      }),
    )
  })
})
