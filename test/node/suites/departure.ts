/** The end of every member: nothing is left of it on the node, nor of its namespace in the cluster. */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { call, untilGone } from '../../integration/participants.ts'
import { eventually } from '../../support/eventually.ts'
import type { NodeDataspace } from '../support/dataspace.ts'
import { GONE_WITHIN_MS } from '../support/members.ts'
import { runningContainers } from '../support/pods.ts'

export function membersLeaveNothing(dataspace: () => NodeDataspace): void {
  describe('members that are removed from a real node', () => {
    it('leave no container, no namespace, and no volume, and with it no wallet and no database', async () => {
      const { service, kube, kubectl, node } = dataspace()
      const { items } = await kube.list<KubeObject>(RESOURCES.Participant)
      const names = items.map(({ metadata }) => metadata.name)
      assert.ok(names.length > 1)
      await Promise.all(
        names.map(async (participantName) => {
          const { code } = await call(service, 'DELETE /api/v1/resources', { participantName })
          assert.equal(code, 200)
        }),
      )
      await Promise.all(names.map((name) => untilGone(service, name, GONE_WITHIN_MS)))
      const left = async (): Promise<readonly string[]> => {
        const volumes = await kubectl('get', 'persistentvolumes', '--output=name')
        const namespaces = await kubectl(
          'get',
          'namespaces',
          '--output=name',
          '--selector=dataspaces.dev/participant',
        )
        const containers = await runningContainers(node.socket)
        return [...containers, ...(await readdir(node.volumes)), volumes, namespaces].filter(
          (each) => each !== '',
        )
      }
      await eventually(async () => (await left()).length === 0, {
        what: 'nothing to be left',
        withinMs: 60_000,
      })
    })
  })
}
