/** Tests what the doctor says about issuers, and about the way to participants. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openEdcServer, ADMIN_PATH } from '../../test/support/edc-server.ts'
import { openScriptedServer, text } from '../../test/support/scripted-server.ts'
import { openIssuerQuestions } from '../issuer-questions.ts'
import type { IssuerSettings, KeySource } from '../seed/settings.ts'
import { EdcDataspace } from '../simulator/edc/dataspace.ts'
import { examine } from './examine.ts'
import type { Finding } from './finding.ts'
import { patient, type Scripted } from './for-tests.ts'

const DID = 'did:web:issuer.example'
const KEY = 'key-of-the-issuer'

function settingsOf(address: string, key: KeySource = { value: KEY }): IssuerSettings {
  return {
    issuerDid: DID,
    type: 'MembershipCredential',
    definitionId: 'membership',
    address: new URL(address),
    contextId: 'issuer',
    generation: 'edc-0.15',
    key,
  }
}

const HOW = { generation: 'probe', trustedIssuers: [DID], vault: 'shared' } as const

/** Of one issuer that two profiles use. */
async function said(issuer: IssuerSettings): Promise<Finding> {
  await using stack = new AsyncDisposableStack()
  const profiles = new Map(['default', 'other'].map((name) => [name, { ...HOW, issuer }]))
  const { kube } = patient()
  const issuers = openIssuerQuestions(stack, { profiles }, kube)
  const [finding, ...more] = await about('issuers', { seeding: { issuers, byServiceProxy: false } })
  assert.ok(finding)
  assert.deepEqual(more, [])
  assert.ok(!JSON.stringify(finding).includes(KEY))
  return finding
}

async function about(check: string, scripted: Scripted): Promise<readonly Finding[]> {
  return (await examine(patient(scripted))).filter((finding) => finding.check === check)
}

async function withIssuer<T>(use: (address: string) => Promise<T>): Promise<T> {
  const dataspace = new EdcDataspace({ generation: '0.15', now: Date.now, random: () => 'random' })
  const double = dataspace.addIssuer({ did: DID, contextId: 'issuer', key: KEY })
  await using server = await openEdcServer(dataspace)
  return await use(server.issuerUrl(double).href + ADMIN_PATH)
}

describe('the doctor asks an issuer', () => {
  it('and is content when it answers and takes the key', async () => {
    const { result, message } = await withIssuer((address) => said(settingsOf(address)))
    assert.equal(result, 'ok')
    assert.match(message, /^did:web:issuer.example answers at http:.* and takes our key$/u)
  })

  it('and says whom to ask for another key when it refuses ours', async () => {
    const finding = await withIssuer((address) => said(settingsOf(address, { value: 'another' })))
    assert.equal(finding.result, 'fail')
    assert.match(finding.next ?? '', /ask whoever runs did:web:issuer.example for the key/u)
  })

  it('and names the Secret that is not there', async () => {
    const secret = { namespace: 'engine', name: 'issuer', key: 'api-key' }
    const { message, next } = await said(settingsOf('http://127.0.0.1:1', { secret }))
    assert.match(message, /Secret "issuer" in namespace "engine" has no "api-key"/u)
    assert.match(next ?? '', /create that Secret/u)
  })

  it('and says who has to act when nobody answers there', async () => {
    const { result, message, next } = await said(settingsOf('http://127.0.0.1:1'))
    assert.equal(result, 'fail')
    assert.match(message, /connection was refused.*asked at http:\/\/127\.0\.0\.1:1/u)
    assert.match(next ?? '', /ask whoever runs did:web:issuer.example whether it is well/u)
  })

  it('and says what to check when something else answers there', async () => {
    await using server = await openScriptedServer()
    server.script(text(404, '<html></html>', { 'content-type': 'text/html' }))
    const { result, next } = await said(settingsOf(server.url))
    assert.equal(result, 'fail')
    assert.match(next ?? '', /check address \(with its path\), contextId and generation/u)
  })
})

describe('the doctor, where participants are reached through the API server,', () => {
  const seeding = { issuers: [], byServiceProxy: true }

  it('asks for the right to that', async () => {
    const [granted] = await about('service proxy', { seeding })
    assert.equal(granted?.result, 'ok')
    const [lacking] = await about('service proxy', {
      seeding,
      mayI: (right) => right !== 'update services/proxy',
    })
    assert.equal(lacking?.result, 'fail')
    assert.match(lacking.message, /^update services\/proxy in all namespaces is not allowed/u)
    assert.match(lacking.next ?? '', /--participant-address/u)
  })

  it('and nowhere else', async () => {
    for (const scripted of [{}, { seeding: { ...seeding, byServiceProxy: false } }]) {
      const [finding] = await about('service proxy', {
        ...scripted,
        mayI: (right) => !right.includes('proxy'),
      })
      assert.equal(finding?.result, 'ok')
    }
  })
})
