/** From a POST to a member of the dataspace: components, wallet and credential of real EDC processes in real containers. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { COMPONENTS } from '../../../src/model/participant.ts'
import { SEED_STEPS } from '../../../src/model/seed-steps.ts'
import { untilOver } from '../../integration/operations.ts'
import { conditionsIn } from '../../integration/seeded-cluster.ts'
import type { NodeDataspace } from '../support/dataspace.ts'
import { memberOf } from '../support/member.ts'
import { createMember, untilMember } from '../support/members.ts'

export function participantsBecomeMembers(dataspace: () => NodeDataspace): void {
  describe('a participant on a real node', () => {
    it('is taken from POST to READY, with a credential that its issuer issued', async () => {
      const { service, kube, issuer } = dataspace()
      const { headers } = await createMember(dataspace(), 'acme')
      const answer = await untilMember(dataspace(), 'acme')
      assert.deepEqual(
        Object.entries(answer.components).map(([name, { status }]) => `${name} ${status}`),
        COMPONENTS.map((name) => `${name} Running`),
      )
      const conditions = await conditionsIn(kube, 'acme')
      for (const type of ['IssuerRegistered', 'Seeded', 'CredentialIssued', 'Reachable', 'Ready'])
        assert.ok(conditions.includes(`${type} True`), `${type} is not True: ${conditions.join()}`)
      const { state, steps } = await untilOver(service, headers.get('operation-location') ?? '')
      assert.equal(state, 'succeeded')
      assert.deepEqual(
        steps.slice(-SEED_STEPS.length).map((step) => `${step.name} ${step.state}`),
        SEED_STEPS.map((name) => `${name} Done`),
      )
      const member = await memberOf(kube, 'acme')
      const { json } = await member.identity(`${member.context}/credentials`)
      assert.equal(json.length, 1)
      assert.equal(json[0].issuerId, issuer.did)
      assert.equal(issuer.requests.filter(({ delivered }) => delivered === 200).length, 1)
    })

    it('is one of two that are created at once', async () => {
      const names = ['globex', 'initech']
      await Promise.all(names.map((name) => createMember(dataspace(), name)))
      await Promise.all(names.map((name) => untilMember(dataspace(), name)))
      for (const name of names) {
        const member = await memberOf(dataspace().kube, name)
        assert.equal((await member.identity(`${member.context}/credentials`)).json.length, 1)
      }
    })
  })
}
