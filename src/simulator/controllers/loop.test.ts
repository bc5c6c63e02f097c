import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../../test/support/eventually.ts'
import { RESOURCES } from '../../model/kubernetes.ts'
import type { StateChange } from '../state.ts'
import { type Controller, Loop } from './loop.ts'
import { aDeployment, aStatefulSet, openTestCluster } from './testing.ts'

const change = (name: string): StateChange => ({
  type: 'ADDED',
  resource: RESOURCES.Secret,
  object: { apiVersion: 'v1', kind: 'Secret', metadata: { name } },
})

function recording(
  sync: (key: string, calls: readonly string[]) => number | undefined,
): Controller & { readonly calls: string[] } {
  const calls: string[] = []
  return {
    name: 'recording',
    calls,
    concerns: ({ object }) => [object.metadata.name],
    sync: (key) => {
      calls.push(key)
      return sync(key, calls)
    },
  }
}

describe('the loop', () => {
  it('looks once at what changed often, in order, and never from within a change', async () => {
    const controller = recording(() => undefined)
    using loop = new Loop([controller])
    for (const name of ['a', 'b', 'a', 'c', 'b']) loop.notice(change(name))
    assert.deepEqual(controller.calls, [])
    await eventually(() => controller.calls.length > 0, { what: 'a look' })
    assert.deepEqual(controller.calls, ['a', 'b', 'c'])
  })

  it('looks again after the time a controller asks for', async () => {
    const controller = recording((_, calls) => (calls.length < 3 ? 1 : undefined))
    using loop = new Loop([controller])
    loop.notice(change('a'))
    await eventually(() => controller.calls.length === 3, { what: 'three looks' })
  })

  it('tries again when a controller fails, and says which and why', async () => {
    const complaints: object[] = []
    const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => void complaints.push(fields) }
    const broken = new Error('broken')
    const controller = recording((_, calls) => {
      if (calls.length < 3) throw broken
      return undefined
    })
    using loop = new Loop([controller], log)
    loop.notice(change('a'))
    await eventually(() => controller.calls.length === 3, { what: 'a third try' })
    assert.deepEqual(complaints, [
      { controller: 'recording', key: 'a', failures: 0, err: broken },
      { controller: 'recording', key: 'a', failures: 1, err: broken },
    ])
  })

  it('does nothing more once it is disposed', async () => {
    const controller = recording(() => 1)
    const loop = new Loop([controller])
    loop.notice(change('a'))
    await eventually(() => controller.calls.length > 0, { what: 'a look' })
    loop[Symbol.dispose]()
    const { length } = controller.calls
    loop.notice(change('b'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(controller.calls.length, length)
  })

  it('brings up forty participants at once', async () => {
    using cluster = openTestCluster()
    const { state } = cluster
    const namespaces = Array.from({ length: 40 }, (_, index) => `participant-${index}`)
    for (const namespace of namespaces) {
      state.create(RESOURCES.Namespace, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      })
      for (const name of ['vault', 'identityhub', 'controlplane', 'dataplane'])
        state.create(RESOURCES.Deployment, aDeployment(name, { namespace }))
      state.create(RESOURCES.StatefulSet, aStatefulSet('postgres', { namespace }))
    }
    const available = (): number =>
      [RESOURCES.Deployment, RESOURCES.StatefulSet]
        .flatMap((resource) => state.list(resource))
        .filter(({ status }) => status?.['availableReplicas'] === 1).length
    await eventually(() => available() === 200, { what: '200 workloads', withinMs: 30_000 })
    assert.deepEqual(cluster.complaints, [])
  })
})
