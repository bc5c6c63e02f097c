/** Tests that a token is revoked only when no pod can use it any more. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Exchange, Reply } from '../../model/exchange.ts'
import { type KubeObject, type ObjectKey, type Resource, RESOURCES } from '../../model/kubernetes.ts'
import { MANAGED_BY, MANAGED_BY_LABEL, PARTICIPANT_LABEL } from '../../model/names.ts'
import type { EdcRequest } from '../../simulator/edc/answers.ts'
import { OpenBao } from '../../simulator/edc/openbao.ts'
import { Vault, type VaultRoot } from '../../vault/vault.ts'
import type { Work } from '../work.ts'
import { oldTokensStep } from './old-tokens.ts'

const { signal } = new AbortController()
const USERS = ['identityhub', 'controlplane', 'dataplane']
const WRITTEN = '2026-01-01T12:00:00Z'

interface Bench {
  readonly root: VaultRoot
  readonly owners: () => readonly string[]
  /** What the step says, with a pod of each runtime that was made at that time. */
  readonly step: (podsMadeAt: string) => Promise<string | undefined>
}

async function bench(): Promise<Bench> {
  let nowMs = 0
  const server = new OpenBao({ now: () => nowMs, random: randomUUID })
  const send = async ({ method, path, headers, body = '' }: Exchange): Promise<Reply> => {
    const [place = '', query] = path.split('?')
    const request: EdcRequest = { method, path: place, query: new URLSearchParams(query), headers, body }
    const answer = server.answer(request)
    return { status: answer.status, contentType: undefined, text: answer.body }
  }
  const vault = new Vault({ send, target: 'vault' })
  const { unsealKey, rootToken } = (await vault.initialise(signal)) ?? assert.fail('not initialised')
  await vault.unseal(unsealKey, signal)
  nowMs = 60_000
  const root = vault.as(rootToken)
  for (const owner of USERS) await root.createToken({ id: `now-of-${owner}`, owner }, signal)
  const secrets = new Map([
    ['vault-keys', secret({ 'unseal-key': unsealKey, 'root-token': rootToken })],
    ['vault-tokens', secret(Object.fromEntries(USERS.map((user) => [`${user}-token`, `now-of-${user}`])))],
  ])
  return {
    root,
    owners: () => server.owners.toSorted(),
    async step(podsMadeAt) {
      const kube = {
        get: async (_: Resource, { name }: ObjectKey) => secrets.get(name),
        list: async (resource: Resource) => ({ items: resource === RESOURCES.Pod ? pods(podsMadeAt) : [] }),
      }
      const work = { kube, name: 'acme', signal } as unknown as Work
      const outcome = await oldTokensStep({ reach: () => send }).run(work)
      assert.equal(outcome.kind, 'done')
      return outcome.message
    },
  }
}

function secret(values: Readonly<Record<string, string>>): KubeObject {
  const labels = { [MANAGED_BY_LABEL]: MANAGED_BY, [PARTICIPANT_LABEL]: 'acme' }
  const managedFields = [{ time: WRITTEN }]
  const metadata = { name: 'any', labels, creationTimestamp: '2025-01-01T00:00:00Z', managedFields }
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  return { apiVersion: 'v1', kind: 'Secret', metadata, data: Object.fromEntries(data) } as KubeObject
}

function pods(creationTimestamp: string): readonly KubeObject[] {
  return [...USERS, 'postgres'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { 'app.kubernetes.io/component': name },
      creationTimestamp: name === 'postgres' ? '2024-01-01T00:00:00Z' : creationTimestamp,
    },
  }))
}

describe('the tokens that runtimes used before', () => {
  it('are none as long as the Secret is the first', async () => {
    const { step, owners } = await bench()
    assert.equal(await step('2026-01-01T11:00:00Z'), undefined)
    assert.deepEqual(owners(), USERS.toSorted())
  })

  it('are left while a pod is older than the last write to the Secret, and revoked after that', async () => {
    const { root, step, owners } = await bench()
    await root.createToken({ id: 'before', owner: 'identityhub' }, signal)
    assert.match((await step('2026-01-01T11:59:59Z')) ?? '', /are left/u)
    assert.equal(owners().length, USERS.length + 1)
    assert.match((await step(WRITTEN)) ?? '', /^revoked a token/u)
    assert.deepEqual(owners(), USERS.toSorted())
  })

  it('do not include those of others', async () => {
    const { root, step, owners } = await bench()
    await root.createToken({ id: 'by-hand', owner: 'a-person' }, signal)
    assert.equal(await step(WRITTEN), undefined)
    assert.ok(owners().includes('a-person'))
  })
})
