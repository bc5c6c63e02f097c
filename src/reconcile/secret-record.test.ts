/** Tests that what nobody can be asked for again is stored, whatever became of the participant meanwhile. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aParticipant } from '../../test/support/builders.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { writeRecord } from './secret-record.ts'
import { SupersededError } from './superseded.ts'
import type { Work } from './work.ts'

describe('a record of an answer that nobody gives twice', () => {
  it('is stored even if the participant has changed since the pass began, when nothing else may be written', async () => {
    const stored: KubeObject[] = []
    const refused = (): never => {
      throw new SupersededError('it changed')
    }
    const participant = aParticipant()
    const { name } = participant.metadata
    const work = {
      participant,
      name,
      uid: participant.metadata.uid,
      profiles: new Map([[participant.spec.profile, {}]]),
      kube: { create: refused, patch: refused },
      records: {
        create: async (object: KubeObject) => {
          stored.push(object)
          return object
        },
      },
    } as unknown as Work
    const record = { name: 'wallet-credentials', component: 'identityhub', live: undefined } as const
    await writeRecord(work, record, { 'client-id': 'acme', attempt: null })
    const [{ metadata, ...secret } = assert.fail('nothing is stored')] = stored
    assert.equal(metadata.name, 'wallet-credentials')
    assert.deepEqual((secret as { data?: object }).data, { 'client-id': btoa('acme') })
  })
})
