import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aDeployment, aPod } from '../../test/support/builders.ts'
import type { ObservedReplicaSet } from '../status/events/project-replica-set.ts'
import { withRevision } from './rollout.ts'

const web = aDeployment({ name: 'web' })
const replicaSet = (name: string, revision: number, owner = 'web'): ObservedReplicaSet => ({
  name,
  uid: '',
  owner: { name: owner, uid: '' },
  revision,
})

describe('a Deployment of a dump rolls out', () => {
  it('the ReplicaSet of its highest revision, however old that is', () => {
    const replicaSets = [
      replicaSet('web-aaaaa', 10),
      replicaSet('web-bbbbb', 9),
      replicaSet('db-ccccc', 11, 'db'),
    ]
    const pods = [aPod({ component: 'web', revision: 'bbbbb' })]
    assert.equal(withRevision(web, replicaSets, pods).updateRevision, 'aaaaa')
  })

  it('the ReplicaSet that is named after it, where no owner is told', () =>
    assert.equal(withRevision(web, [replicaSet('web-aaaaa', 0, '')], []).updateRevision, 'aaaaa'))

  it('nobody knows which of several that tell no revision', () =>
    assert.equal(withRevision(web, [replicaSet('web-a', 0), replicaSet('web-b', 0)], []), web))

  it('nobody knows which when the ReplicaSet of a pod is not in the dump', () => {
    const pods = [aPod({ component: 'web', revision: 'bbbbb' })]
    assert.equal(withRevision(web, [replicaSet('web-aaaaa', 1)], pods), web)
  })

  it('nobody knows which without a ReplicaSet', () => assert.equal(withRevision(web, [], []), web))
})
