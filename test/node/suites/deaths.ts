/**
 * The program dies again and again while a member is made: before and after each kind of call that it sends to another
 * program than the API server. Whoever comes next finishes it, with nothing lost and nothing made twice.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NodeDataspace } from '../support/dataspace.ts'
import { dieUntilReady } from '../support/deaths.ts'
import { memberOf } from '../support/member.ts'
import { createMember } from '../support/members.ts'

const NAME = 'phoenix'

/** What must be among the calls at which it died, or nothing was shown. */
const EXPECTED = [
  /(?:POST|PUT) vault:8200 .*\/sys\/init/u,
  /(?:POST|PUT) vault:8200 .*\/sys\/unseal/u,
  /POST identityhub:17081 .*\/participants$/u,
  /POST identityhub:17081 .*\/credentials\/request$/u,
  /POST controlplane:18081 .*\/assets$/u,
  /POST controlplane:18081 .*\/policydefinitions$/u,
  /POST controlplane:18081 .*\/contractdefinitions$/u,
  /POST issuer .*\/holders$/u,
]

export function deathsAreHarmlessToMembers(dataspace: () => NodeDataspace): void {
  describe('a program that dies before and after each kind of call to EDC, the vault and the issuer', () => {
    const died: string[] = []

    it('is succeeded by one that finishes the member', async () => {
      await createMember(dataspace(), NAME)
      died.push(...(await dieUntilReady(dataspace(), NAME)))
      for (const expected of EXPECTED)
        for (const when of ['before', 'after'])
          assert.ok(
            died.some((death) => death.startsWith(`${when} `) && expected.test(death)),
            `nobody died ${when} ${expected}: ${died.join('; ')}`,
          )
    })

    it('leaves a member like any other: one wallet, one credential, each definition once', async () => {
      const { kube, issuer } = dataspace()
      const [phoenix, other] = [await memberOf(kube, NAME), await memberOf(kube, 'globex')]
      const pictureOf = async (member: typeof phoenix): Promise<object> => {
        const wallets = (await member.identity('')).json as readonly { participantContextId: string }[]
        const credentials = (await member.identity(`${member.context}/credentials`)).json
        const query = { '@context': { '@vocab': 'https://w3id.org/edc/v0.0.1/ns/' }, '@type': 'QuerySpec' }
        const ids = async (kind: string): Promise<readonly string[]> =>
          (await member.management(`/v3/${kind}/request`, { body: query })).json
            .map((one: { readonly '@id': string }) => one['@id'])
            .toSorted()
        return {
          wallets: wallets.length,
          credentials: credentials.length,
          assets: await ids('assets'),
          policies: await ids('policydefinitions'),
          contractDefinitions: await ids('contractdefinitions'),
        }
      }
      assert.deepEqual(await pictureOf(phoenix), await pictureOf(other))
      const pids = issuer.requests
        .filter(({ holder }) => holder === phoenix.participant.did)
        .map(({ holderPid }) => holderPid)
      assert.equal(new Set(pids).size, pids.length, 'a request was sent twice under one pid')
    })

    it('is a member to others', async () => {
      const { kube } = dataspace()
      const [phoenix, other] = [await memberOf(kube, NAME), await memberOf(kube, 'globex')]
      const catalog = await phoenix.catalogOf(other.participant)
      assert.equal(catalog.status, 200, catalog.text)
      assert.equal(catalog.json.dataset.length, 2)
    })
  })
}
