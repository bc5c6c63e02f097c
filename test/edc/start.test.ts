/** How a runtime starts with the settings of the manifests alone, and how it ends when it cannot. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { localParticipant } from './support/environment.ts'
import { environmentOf, newKeys, Seeding } from './support/participant.ts'
import { launch, startRuntime } from './support/runtime.ts'

describe('a runtime of our own', () => {
  it('starts with what the manifests render, with a vault in memory, and stops within ten seconds', async () => {
    const participant = await localParticipant('acme')
    const keys = newKeys()
    const environment = environmentOf(participant, 'identityhub', { keys, additions: {} })
    await using hub = await startRuntime({ participant, runtime: 'identityhub', environment })
    assert.match(hub.output(), /InMemoryVault is not suitable for production/u)
    const { status, text } = await new Seeding(participant, keys).identity('?limit=1')
    assert.equal(status, 200, text)
    await hub.stop()
    assert.equal(hub.ended(), 143)
  })

  it('ends with an error and a reason, and without the secret, when a setting is unusable', async () => {
    const participant = await localParticipant('acme')
    const additions = { EDC_IH_API_SUPERUSER_KEY: 'unusable-and-secret' }
    const environment = environmentOf(participant, 'identityhub', { keys: newKeys(), additions })
    await using hub = launch({ runtime: 'identityhub', environment })
    await eventually(() => hub.ended() !== undefined, { what: 'the end', withinMs: 60_000 })
    assert.equal(hub.ended(), 1)
    assert.match(hub.output(), /edc\.ih\.api\.superuser\.key must be/u)
    assert.doesNotMatch(hub.output(), /unusable-and-secret/u)
  })
})
