/** Whatever goes wrong, no key, token or secret gets into an error: its message, stack, cause, or any member of it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { sharedFor } from '../../test/support/edc-doubles.ts'
import { type Answer, half, openScriptedServer, text } from '../../test/support/scripted-server.ts'
import { EDC_PROFILES, type EdcProfileName } from '../seed/profile.ts'
import { edcProfile } from '../seed/profiles.ts'
import { issuerApi, type ParticipantEdc, participantEdc } from './edc.ts'
import { EdcError } from './errors.ts'
import type { IssuerApi } from './issuer.ts'
import { readAddressTemplate } from './reach.ts'
import { EDC_TUNING } from './tuning.ts'
import { openWeb } from './web.ts'

/** All begin alike, so that a part of one is found as well. */
const CANARY = 'canary7f3a'
const KEY = `${CANARY}-key`
const SECRET = `${CANARY}-client-secret`
const ANSWERED = `${CANARY}-answered`
const NEVER = new AbortController().signal

const JSON_TYPE = { 'content-type': 'application/json' }

/** Everything that was sent, and a secret of its own, in every form in which something can be answered. */
const ECHOES: readonly (readonly [what: string, answer: Answer])[] = [
  ...[400, 401, 403, 404, 409, 500].map((code) => [`JSON with ${code}`, echo(code, JSON_TYPE)] as const),
  ...[400, 401, 500].map(
    (code) => [`a page with ${code}`, echo(code, { 'content-type': 'text/html' })] as const,
  ),
  ['bare text with 400', echo(400, { 'content-type': 'text/plain' })],
  ['a label that is a secret', text(400, 'x', { 'content-type': `${ANSWERED} ${ANSWERED}` })],
  ['a redirect to a secret', text(302, '', { location: `http://${ANSWERED}.example/${ANSWERED}` })],
  [
    'a success of another shape',
    text(200, JSON.stringify({ apiKey: ANSWERED, clientSecret: ANSWERED }), JSON_TYPE),
  ],
  ['a success that is no JSON', text(200, ANSWERED.repeat(9), { 'content-type': 'text/html' })],
  ['half a success', half(JSON.stringify({ clientSecret: ANSWERED }))],
  ['no HTTP', (response) => void response.socket?.end(`${ANSWERED} is no HTTP\r\n\r\n`)],
]

describe('no secret gets out', () => {
  for (const name of EDC_PROFILES)
    for (const [what, answer] of ECHOES)
      it(`of ${name} by ${what}`, async () => {
        await using server = await openScriptedServer()
        await using web = openWeb()
        server.script(answer)
        const shared = sharedFor({ ...EDC_TUNING, failuresToOpen: 3 }, () => performance.now())
        let errors = 0
        for (const call of callsTo(clientsOf(name, server.url, { web, shared }))) {
          const error: unknown = await call().then(
            () => undefined,
            (thrown: unknown) => thrown,
          )
          if (error === undefined) continue
          errors += 1
          assert.ok(error instanceof EdcError)
          assert.ok(!everythingOf(error).includes(CANARY), everythingOf(error))
        }
        assert.ok(errors > 0)
      })

  it('by a template with a password in it', () => {
    const faults: string[] = []
    for (const template of [
      `http://${SECRET}:${SECRET}@{participant}.example:{port}`,
      `${SECRET}{participant}{port}`,
    ])
      assert.equal(readAddressTemplate(template, faults), undefined)
    assert.equal(faults.length, 2)
    assert.ok(!faults.join().includes(CANARY))
  })
})

interface Clients {
  readonly edc: ParticipantEdc
  readonly issuer: IssuerApi
}

function clientsOf(
  name: EdcProfileName,
  url: string,
  {
    web,
    shared,
  }: { readonly web: ReturnType<typeof openWeb>; readonly shared: ReturnType<typeof sharedFor> },
): Clients {
  const profile = edcProfile(name)
  const send = web.to(new URL(url))
  const keys = { management: `${KEY}\n`, identity: KEY }
  return {
    edc: participantEdc({ participant: 'acme', reach: () => send, profile, keys }, shared),
    issuer: issuerApi(
      { did: 'did:web:issuer.example', send, adminPath: '/api', contextId: 'issuer', profile, key: KEY },
      shared,
    ),
  }
}

function callsTo({ edc: { management, identity }, issuer }: Clients): readonly (() => Promise<unknown>)[] {
  const asset = { kind: 'asset', id: 'a', body: { dataAddress: { authCode: SECRET } } } as const
  const holder = { holderId: 'h', did: 'did:web:a', name: 'a' }
  return [
    () => management.storeSecret({ alias: 'alias', value: SECRET }, NEVER),
    () => identity.trySecret({ clientId: 'client', clientSecret: SECRET }, NEVER),
    () => identity.createWallet({}, NEVER),
    () => identity.renewApiKey('acme', NEVER),
    () => management.create(asset, NEVER),
    () => management.update(asset, NEVER),
    () => management.find(asset, NEVER),
    () => identity.findWallet('acme', NEVER),
    () => identity.removeWallet('acme', NEVER),
    () => identity.credentials('acme', NEVER),
    () => issuer.createHolder(holder, NEVER),
    () => issuer.findHolder('h', NEVER),
  ]
}

/** In whatever way somebody may print it. */
function everythingOf(error: EdcError): string {
  return [
    error.message,
    error.stack,
    String(error),
    JSON.stringify(error),
    JSON.stringify(Object.getOwnPropertyDescriptors(error)),
    inspect(error, { depth: Infinity, showHidden: true, getters: true }),
  ].join('\n')
}

function echo(code: number, headers: Readonly<Record<string, string>>): Answer {
  return (response, { body, headers: sent }) => {
    const message = `${body} ${JSON.stringify(sent)} ${ANSWERED}`.slice(0, 4_000)
    const complaint = [
      { type: 'ValidationFailure', message: withoutAnswered(message), path: 'x', invalidValue: message },
    ]
    response.writeHead(code, headers).end(JSON.stringify(complaint))
  }
}

/** In EDC's own words only what we sent can stand; what it makes itself stands in successes alone. */
function withoutAnswered(message: string): string {
  return message.replaceAll(ANSWERED, '')
}
