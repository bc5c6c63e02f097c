/** Bad weather over members of real EDC: what breaks is told, and is well again without a person wherever it can be. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { VAULT_PORT } from '../../../src/manifests/addresses.ts'
import { MANAGEMENT_API_KEY } from '../../../src/manifests/secrets.ts'
import { RESOURCES } from '../../../src/model/kubernetes.ts'
import { type Answer, call as callDirectly } from '../../edc/support/http.ts'
import { call, untilTold } from '../../integration/participants.ts'
import { eventually } from '../../support/eventually.ts'
import { ISSUER_CONTEXT } from '../../support/issuer/issuer.ts'
import type { NodeDataspace } from '../support/dataspace.ts'
import { ISSUER_KEY } from '../support/issuer.ts'
import { addressOfPod, memberOf, restart, secretOf } from '../support/member.ts'
import { STARTED_WITHIN_MS, untilMember } from '../support/members.ts'

export function membersWeatherStorms(dataspace: () => NodeDataspace): void {
  describe('bad weather over members on a real node', () => {
    const untilDegraded = (name: string, reason?: string): Promise<unknown> =>
      untilTold(dataspace().service, name, {
        what: `DEGRADED ${reason ?? ''}`,
        withinMs: STARTED_WITHIN_MS,
        holds: (told) => told.status === 'DEGRADED' && (reason === undefined || told.reason === reason),
      })
    const seesOffers = async (of: string, by: string): Promise<readonly string[]> => {
      const { kube } = dataspace()
      const [consumer, provider] = [await memberOf(kube, by), await memberOf(kube, of)]
      const catalog = await consumer.catalogOf(provider.participant)
      assert.equal(catalog.status, 200, catalog.text)
      const offers = (catalog.json.dataset ?? []) as readonly { readonly '@id': string }[]
      return offers.map((one) => one['@id']).toSorted()
    }

    it('an identity hub that forgot its wallet has it again with its old key, so that others know it at once', async () => {
      const { kube } = dataspace()
      const keyOf = async (): Promise<string> => {
        const member = await memberOf(kube, 'acme')
        const { json } = await member.identity(`${member.context}/keypairs`)
        return JSON.parse(json[0].serializedPublicKey).x
      }
      const before = await keyOf()
      await restart(kube, 'acme', 'identityhub')
      await untilDegraded('acme')
      await untilMember(dataspace(), 'acme')
      assert.equal(await keyOf(), before)
      assert.deepEqual(await seesOffers('globex', 'acme'), ['asset-1', 'asset-2'])
    })

    it('a vault is unsealed again when its pod is another', async () => {
      const { kube } = dataspace()
      await restart(kube, 'acme', 'vault')
      await untilDegraded('acme')
      await untilMember(dataspace(), 'acme')
      assert.equal((await vaultState('acme')).sealed, false)
      assert.deepEqual(await seesOffers('acme', 'globex'), ['asset-1', 'asset-2'])
    })

    it('a vault that somebody sealed is unsealed as soon as its users miss it', async () => {
      const token = await secretOf(dataspace().kube, 'acme', { secret: 'vault-keys', key: 'root-token' })
      const vault = await addressOfPod(dataspace().kube, 'acme', 'vault')
      const headers = { 'x-vault-token': token }
      const sealed = await callDirectly(`http://${vault}:${VAULT_PORT}/v1/sys/seal`, {
        method: 'PUT',
        headers,
      })
      assert.equal(sealed.status, 204, sealed.text)
      await untilDegraded('acme')
      await untilMember(dataspace(), 'acme')
      assert.equal((await vaultState('acme')).sealed, false)
    })

    it('a database that starts anew under load loses nothing that was taken', async () => {
      const { kube } = dataspace()
      const member = await memberOf(kube, 'acme')
      const taken: string[] = []
      const stop = new AbortController()
      const load = (async () => {
        for (let number = 0; !stop.signal.aborted; number += 1) {
          const id = `load-${number}`
          const answer = await member.createAsset(id).catch(() => undefined)
          if (answer?.status === 200) taken.push(id)
          // A control plane without its database refuses at once; it is asked as often as a patient caller would.
          else await delay(100)
        }
      })()
      await eventually(() => taken.length > 20, { what: 'some load', withinMs: 30_000 })
      await restart(kube, 'acme', 'postgres')
      await untilDegraded('acme')
      await untilMember(dataspace(), 'acme')
      const beforeMore = taken.length
      await eventually(() => taken.length > beforeMore + 5, { what: 'more load', withinMs: 60_000 })
      stop.abort()
      await load
      const kept = new Set(await (await memberOf(kube, 'acme')).assetIds())
      assert.deepEqual(
        taken.filter((id) => !kept.has(id)),
        [],
      )
    })

    it('offers and a holder that somebody changed are put right by the next process', async () => {
      const { kube } = dataspace()
      const member = await memberOf(kube, 'acme')
      const changed = await member.changeAsset('asset-1', { name: 'Forged' })
      assert.equal(changed.status, 204, changed.text)
      const gone = await member.management('/v3/contractdefinitions/members-sensitive', { method: 'DELETE' })
      assert.equal(gone.status, 204, gone.text)
      await renameHolder(member.participant.did, 'Forged')
      await dataspace().restartService()
      const nameOfAsset = async (): Promise<string> =>
        (await member.management('/v3/assets/asset-1')).json.properties.name
      await eventually(async () => (await nameOfAsset()) === 'Open to-do list', {
        what: 'the asset as it was',
        withinMs: 60_000,
      })
      const isOffered = async (): Promise<boolean> =>
        (await member.management('/v3/contractdefinitions/members-sensitive')).status === 200
      await eventually(isOffered, { what: 'the contract definition as it was', withinMs: 60_000 })
      await untilMember(dataspace(), 'acme')
      assert.deepEqual(await holderNames(member.participant.did), ['acme'])
    })

    it('a key that is refused is told, and it goes on once the key is right', async () => {
      const { kube } = dataspace()
      const { secret: name, key } = MANAGEMENT_API_KEY
      const right = await secretOf(kube, 'acme', MANAGEMENT_API_KEY)
      const write = (value: string): Promise<unknown> =>
        kube.patch(
          RESOURCES.Secret,
          { namespace: 'acme', name },
          { type: 'merge', body: { stringData: { [key]: value } }, manager: 'somebody-with-kubectl' },
        )
      await write('wrong')
      await dataspace().restartService()
      await untilDegraded('acme', 'EdcKeyRefused')
      await write(right)
      const { code } = await call(dataspace().service, 'POST /api/v1/resources/acme/retry')
      assert.equal(code, 202)
      await untilMember(dataspace(), 'acme')
    })

    const holders = (method: 'POST' | 'PUT', path: string, body: object): Promise<Answer> =>
      callDirectly(
        `${dataspace().issuer.adminUrl}/v1alpha/participants/${btoa(ISSUER_CONTEXT)}/holders${path}`,
        { method, headers: { 'x-api-key': ISSUER_KEY }, body },
      )
    async function renameHolder(did: string, name: string): Promise<void> {
      const { status, text } = await holders('PUT', '', { holderId: did, did, name })
      assert.equal(status, 200, text)
    }
    async function holderNames(did: string): Promise<readonly string[]> {
      const filter = { operandLeft: 'holderId', operator: '=', operandRight: did }
      const { json } = await holders('POST', '/query', { filterExpression: [filter] })
      return json.map(({ holderName }: { readonly holderName: string }) => holderName)
    }

    async function vaultState(name: string): Promise<{ readonly sealed: boolean }> {
      const vault = await addressOfPod(dataspace().kube, name, 'vault')
      return (await callDirectly(`http://${vault}:${VAULT_PORT}/v1/sys/seal-status`)).json
    }
  })
}
