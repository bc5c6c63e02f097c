/** Two members do what the dataspace is for: one sees what the other offers, and gets a contract about it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NodeDataspace } from '../support/dataspace.ts'
import { memberOf } from '../support/member.ts'

export function membersTrade(dataspace: () => NodeDataspace): void {
  describe('two members on a real node', () => {
    it('see the offers of each other and conclude a contract, with the membership policy in force', async () => {
      const { kube } = dataspace()
      const [consumer, provider] = [await memberOf(kube, 'acme'), await memberOf(kube, 'globex')]
      const catalog = await consumer.catalogOf(provider.participant)
      assert.equal(catalog.status, 200, catalog.text)
      const offered = catalog.json.dataset as readonly { '@id': string; hasPolicy: readonly object[] }[]
      assert.deepEqual(offered.map((one) => one['@id']).toSorted(), ['asset-1', 'asset-2'])
      const asset = offered.find((one) => one['@id'] === 'asset-1')
      const offer = asset?.hasPolicy[0] ?? {}
      assert.match(JSON.stringify(offer), /MembershipCredential/u)
      const negotiation = await consumer.negotiate(provider.participant, 'asset-1', { ...offer })
      const outcome = await consumer.outcomeOf(negotiation)
      assert.equal(outcome.state, 'FINALIZED', outcome.errorDetail)
    })
  })
}
