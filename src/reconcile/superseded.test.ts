/** Tests that a pass under way writes nothing more when its Participant is no longer what it was. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import {
  createParticipant,
  openProvisioning,
  participantIn,
  type Provisioning,
} from '../../test/support/provisioning.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import { watchWrites } from '../../test/support/watched-writes.ts'
import type { Kube } from '../kube/kube.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import type { Participant } from '../model/participant.ts'

const suspend = { type: 'merge', body: { spec: { suspended: true } }, manager: 'kubectl' } as const

interface Change {
  readonly name: string
  readonly make: (kube: Kube) => Promise<unknown>
  readonly known: (cached: Participant | undefined) => boolean
  /** That the reconciler has dealt with it. */
  readonly over: (live: Participant | undefined) => boolean
}

const CHANGES: readonly Change[] = [
  {
    name: 'suspended',
    make: (kube) => kube.patch(RESOURCES.Participant, { name: 'acme' }, suspend),
    known: (cached) => cached?.spec.suspended === true,
    over: (live) => live?.status?.observedGeneration === live?.metadata.generation,
  },
  {
    name: 'deleted',
    make: (kube) => kube.delete(RESOURCES.Participant, { name: 'acme' }),
    known: (cached) => cached?.metadata.deletionTimestamp !== undefined,
    over: (live) => live === undefined,
  },
]

describe('a pass under way', () => {
  for (const { name, make, known, over } of CHANGES)
    it(`writes nothing more for a participant that is ${name} meanwhile`, async () => {
      await using cluster = await openTestCluster()
      const { kube } = cluster
      const writes: string[] = []
      const watched = watchWrites(kube, { before: (write) => void writes.push(write) })
      const ready = Promise.withResolvers<Provisioning>()
      const writeWith: Kube = {
        ...watched,
        async create<T extends KubeObject>(object: T, options: Parameters<Kube['create']>[1]) {
          const created = await watched.create(object, options)
          if (object.kind !== 'Namespace') return created
          // The change comes while the pass waits for the answer to this write.
          await make(kube)
          const { cached } = await ready.promise
          await eventually(() => known(cached('acme')), { what: `the cache to know it ${name}` })
          return created
        },
      }
      await using provisioning = await openProvisioning({ kube, writeWith })
      ready.resolve(provisioning)
      await createParticipant(kube, 'acme')
      await eventually(() => writes.includes('create Namespace acme'), { what: 'the namespace' })
      await eventually(async () => over(await participantIn(kube, 'acme')), { what: 'the next pass' })
      const after = writes.slice(writes.indexOf('create Namespace acme') + 1)
      const made = after.filter((write) => !/ Participant acme|^delete /u.test(write))
      assert.deepEqual(made, [])
      assert.deepEqual(provisioning.log.texts('warn', 'error'), [])
    })
})
