/** Tests that an upgrade costs a pass per component, and begins each as soon as the one before runs. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import {
  createParticipant,
  eventuallyDone,
  openProvisioning,
  participantIn,
} from '../../test/support/provisioning.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import { watchWrites } from '../../test/support/watched-writes.ts'
import type { Kube } from '../kube/kube.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { COMPONENTS } from '../model/participant.ts'

it('an upgrade takes hardly more passes than there are components', async () => {
  await using cluster = await openTestCluster()
  const { kube } = cluster
  let passes = 0
  const written: string[] = []
  const watched = watchWrites(kube, { before: (write) => written.push(write) })
  const writeWith: Kube = {
    ...watched,
    list: (resource, options) => {
      if (resource === RESOURCES.Deployment) passes += 1
      return kube.list(resource, options)
    },
  }
  await using _provisioning = await openProvisioning({ kube, writeWith })
  await createParticipant(kube, 'acme')
  await eventuallyDone(kube, 'acme')
  passes = 0
  written.length = 0
  const more = { resources: { limits: { memory: '700Mi' } } }
  const components = Object.fromEntries(COMPONENTS.map((name) => [name, more]))
  await kube.patch(
    RESOURCES.Participant,
    { name: 'acme' },
    { type: 'merge', manager: 'somebody', body: { spec: { components } } },
  )
  await eventually(
    async () => {
      const acme = await participantIn(kube, 'acme')
      const { observedGeneration, steps = [] } = acme?.status ?? {}
      return observedGeneration === acme?.metadata.generation && steps.every(({ state }) => state === 'Done')
    },
    { what: 'the upgrade to be over' },
  )
  assert.ok(passes <= COMPONENTS.length + 2, `${passes} passes`)
  const workloads = written.flatMap(
    (write) => /^apply (?:StatefulSet|Deployment) acme\/(?<name>\w+)/u.exec(write)?.groups?.['name'] ?? [],
  )
  // Each twice: with another template, and to take the mark away, which happens in the pass that begins the next.
  assert.deepEqual(workloads.toSorted(), [...COMPONENTS, ...COMPONENTS].toSorted())
  assert.deepEqual([...new Set(workloads)], COMPONENTS)
})
