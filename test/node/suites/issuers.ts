/** Issuers that misbehave while a member is made: it is told what is waited for, and goes on by itself. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RESOURCES } from '../../../src/model/kubernetes.ts'
import { call, statusOf, untilGone, untilTold } from '../../integration/participants.ts'
import type { NodeDataspace } from '../support/dataspace.ts'
import { createMember, GONE_WITHIN_MS, STARTED_WITHIN_MS, untilMember } from '../support/members.ts'

export function issuersMisbehave(dataspace: () => NodeDataspace): void {
  describe('an issuer that misbehaves towards a participant on a real node', () => {
    const untilWaits = (name: string, what: RegExp): Promise<unknown> =>
      untilTold(dataspace().service, name, {
        what: String(what),
        withinMs: STARTED_WITHIN_MS,
        holds: ({ status, reason, message }) =>
          status === 'PROVISIONING' && what.test(`${reason} ${message}`),
      })

    it('is told as unreachable, refusing, or out of order, and the participant is READY once it is well', async () => {
      const { issuer, service } = dataspace()
      issuer.onAdmin = () => new Promise(() => undefined)
      await createMember(dataspace(), 'umbrella')
      await untilWaits('umbrella', /^IssuerUnreachable /u)
      issuer.onAdmin = () => undefined
      issuer.mode = 'refuse'
      await untilWaits('umbrella', /^CredentialRefused .*the issuer refused it.* attempt 1,/u)
      // The attempts after that one.
      issuer.mode = 'fail'
      await untilWaits('umbrella', /^CredentialRefused .*the issuer refused it.* attempt 2,/u)
      issuer.mode = 'issue'
      await untilMember(dataspace(), 'umbrella')
      assert.equal((await statusOf(service, 'acme'))?.status, 'READY', 'another member noticed it')
    })

    it('and stays silent cannot keep a participant from being removed', async () => {
      const { issuer, service, kube } = dataspace()
      issuer.mode = 'silent'
      await createMember(dataspace(), 'shortlived')
      await untilWaits('shortlived', /^CredentialPending /u)
      const { code } = await call(service, 'DELETE /api/v1/resources', { participantName: 'shortlived' })
      assert.equal(code, 200)
      await untilGone(service, 'shortlived', GONE_WITHIN_MS)
      issuer.mode = 'issue'
      assert.equal(await kube.get(RESOURCES.Namespace, { name: 'shortlived' }), undefined)
    })
  })
}
