/** What a runtime or somebody in between can answer, and what the client makes of it, over real HTTP. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, it } from 'node:test'
import { sharedFor } from '../../test/support/edc-doubles.ts'
import { ofKind } from '../../test/support/edc-promises.ts'
import { eventually } from '../../test/support/eventually.ts'
import {
  type Answer,
  half,
  json,
  openScriptedServer,
  reset,
  type ScriptedServer,
  silence,
  text,
} from '../../test/support/scripted-server.ts'
import { edcProfile } from '../seed/profiles.ts'
import { type ParticipantEdc, participantEdc } from './edc.ts'
import type { EdcError, EdcErrorKind } from './errors.ts'
import { EDC_TUNING } from './tuning.ts'
import { openWeb } from './web.ts'

const HTML = { 'content-type': 'text/html;charset=iso-8859-1' }
const JSON_TYPE = { 'content-type': 'application/json' }
const PAGE = '<html><head><title>Error</title></head></html>'
const ASSET = { kind: 'asset', id: 'asset-1' } as const
const NEVER = new AbortController().signal

type Weather = readonly [what: string, answer: Answer, kind: EdcErrorKind, says: RegExp]

const WEATHER: readonly Weather[] = [
  ['a page with 500', text(500, PAGE, HTML), 'failed', /answered 500 with text\/html; look at its log/u],
  [
    'a page with 404',
    text(404, PAGE, HTML),
    'broken',
    /404 with text\/html; there is no such API; .*generation/u,
  ],
  ['a page with 405', text(405, PAGE, HTML), 'broken', /no such API/u],
  ['an empty 404', text(404, ''), 'broken', /404 with an empty body/u],
  ['an empty 403', text(403, ''), 'unauthorised', /403 with an empty body; .*has not the right/u],
  ['a page with 401', text(401, PAGE, HTML), 'unauthorised', /check that the key/u],
  [
    'JSON without a label with 401',
    text(401, '[{"message":"Invalid API token","type":"AuthenticationFailed"}]'),
    'unauthorised',
    /AuthenticationFailed: Invalid API token/u,
  ],
  [
    'bare text with 400',
    text(400, 'Unrecognized token', { 'content-type': 'text/plain' }),
    'refused',
    /text\/plain/u,
  ],
  ['too many requests', text(429, ''), 'failed', /too much to do/u],
  ['a page with 200', text(200, PAGE, HTML), 'broken', /answered text\/html instead of JSON/u],
  [
    'bare text with 200',
    text(200, '{}', { 'content-type': 'text/plain' }),
    'broken',
    /text\/plain instead of JSON/u,
  ],
  ['nothing with 200', text(200, '', JSON_TYPE), 'broken', /nothing where JSON was to come/u],
  ['no JSON under its label', text(200, 'PUBLISHED', JSON_TYPE), 'broken', /something that is no JSON/u],
  ['half an answer', half('{"@id":"asset-1"'), 'unreachable', /closed before the answer was complete/u],
  ['a reset', reset(), 'unreachable', /connection was closed/u],
  ['an informal status', text(299, 'no', HTML), 'broken', /instead of JSON/u],
]

describe('the client of EDC', () => {
  for (const [what, answer, kind, says] of WEATHER)
    it(`calls it ${kind}: ${what}`, async () => {
      await using at = await openClient()
      at.server.script(answer)
      await assert.rejects(at.edc.management.find(ASSET, NEVER), (error: EdcError) => {
        assert.match(error.message, says)
        assert.match(error.message, /^controlplane of "acme", asked to look up the asset "asset-1": /u)
        return ofKind(kind)(error)
      })
    })

  for (const [what, answer] of [
    ['silence', silence()],
    ['an answer that drips', dripping()],
  ] as const)
    it(`does not wait for ever: ${what}`, async () => {
      await using at = await openClient(200)
      at.server.script(answer)
      await assert.rejects(at.edc.management.find(ASSET, NEVER), (error: EdcError) => {
        assert.match(error.message, /no complete answer within 200 ms/u)
        return ofKind('unreachable')(error)
      })
    })

  it('takes JSON that has no label, and no body where none has to be', async () => {
    await using at = await openClient()
    at.server.script(text(200, '{"@id":"asset-1"}'))
    assert.deepEqual(await at.edc.management.find(ASSET, NEVER), { '@id': 'asset-1' })
    at.server.script(text(204, ''))
    await at.edc.management.update({ ...ASSET, body: {} }, NEVER)
  })

  it('knows absence only from EDC, not from somebody in between', async () => {
    await using at = await openClient()
    at.server.script(json(404, [{ type: 'ObjectNotFound', message: 'gone' }]))
    assert.equal(await at.edc.management.find(ASSET, NEVER), undefined)
    at.server.script(json(404, { message: 'no Route matched' }))
    await assert.rejects(at.edc.management.find(ASSET, NEVER), ofKind('broken'))
  })

  it('stops to read what is too large, long before its end', async () => {
    await using at = await openClient()
    const sent = { bytes: 0, over: false }
    at.server.script((response) => flood(response, sent))
    await assert.rejects(at.edc.management.find(ASSET, NEVER), (error: EdcError) => {
      assert.match(error.message, /larger than 1048576 bytes/u)
      return ofKind('broken')(error)
    })
    await eventually(() => sent.over, { what: 'the connection to be closed' })
    assert.ok(sent.bytes < 30_000_000, `${sent.bytes} of 100 MB were sent`)
  })

  for (const code of [301, 302, 303, 307, 308])
    it(`follows no redirect with ${code}, and sends its key nowhere else`, async () => {
      await using at = await openClient()
      await using other = await openScriptedServer()
      at.server.script(text(code, '', { location: `${other.url}/stolen` }))
      await assert.rejects(at.edc.management.find(ASSET, NEVER), (error: EdcError) => {
        assert.match(error.message, /redirects are not followed/u)
        return ofKind('broken')(error)
      })
      assert.deepEqual(other.received, [])
    })

  it('says that nobody listens, and that somebody does not speak HTTP', async () => {
    const gone = await openScriptedServer()
    const { url } = gone
    await gone[Symbol.asyncDispose]()
    await using client = clientAt(url)
    await assert.rejects(client.edc.management.find(ASSET, NEVER), (error: EdcError) => {
      assert.match(error.message, /connection was refused; .*\(ECONNREFUSED\)/u)
      return ofKind('unreachable')(error)
    })
    const postgres = createServer((socket) => socket.end('\u0000E no HTTP here\n')).listen(0, '127.0.0.1')
    await once(postgres, 'listening')
    const address = postgres.address()
    assert.ok(typeof address === 'object' && address !== null)
    await using confused = clientAt(`http://127.0.0.1:${address.port}`)
    await assert.rejects(confused.edc.management.find(ASSET, NEVER), /does not speak HTTP there/u)
    postgres.close()
  })

  it('ends at once when its caller gives up, with the reason of the caller', async () => {
    await using at = await openClient()
    at.server.script(silence())
    const giving = new AbortController()
    const call = at.edc.management.find(ASSET, giving.signal)
    await eventually(() => at.server.received.length === 1, { what: 'the request' })
    giving.abort(new Error('superseded'))
    await assert.rejects(call, { message: 'superseded' })
  })

  it('reads a word that is labelled JSON, and refuses what is none', async () => {
    await using at = await openClient()
    const asked = { contextId: 'acme', did: 'did:web:acme.example' }
    for (const [body, word] of [
      ['PUBLISHED', 'PUBLISHED'],
      ['"PUBLISHED"', 'PUBLISHED'],
      ['PUBLISHED\n', 'PUBLISHED'],
    ] as const) {
      at.server.script(text(200, body, JSON_TYPE))
      assert.equal(await at.edc.identity.didState(asked, NEVER), word)
    }
    for (const answer of [
      text(200, PAGE, HTML),
      text(200, ''),
      text(200, 'two words'),
      json(200, { a: 1 }),
    ]) {
      at.server.script(answer)
      await assert.rejects(at.edc.identity.didState(asked, NEVER), ofKind('broken'))
    }
  })

  it('does not take an answer of another shape for one of EDC', async () => {
    await using at = await openClient()
    const { identity } = at.edc
    const calls = [
      () => identity.findWallet('acme', NEVER),
      () => identity.createWallet({}, NEVER),
      () => identity.requestState({ contextId: 'acme', holderPid: 'p' }, NEVER),
      () => identity.credentials('acme', NEVER),
      () => identity.trySecret({ clientId: 'c', clientSecret: 's' }, NEVER),
    ]
    for (const body of [
      {},
      [],
      null,
      5,
      'x',
      [[]],
      { did: 5, state: 'x' },
      { status: 'DANCING' },
      { clientId: '' },
    ])
      for (const call of calls) {
        at.server.script(json(200, body))
        if (Array.isArray(body) && body.length === 0 && call === calls[3]) continue
        await assert.rejects(call(), ofKind('broken'))
      }
  })

  it('does not take a wallet without a secret where the control plane needs one', async () => {
    await using at = await openClient()
    at.server.script(json(200, { clientId: 'did:web:acme.example', clientSecret: null, apiKey: null }))
    await assert.rejects(at.edc.identity.createWallet({}, NEVER), /has no clientSecret/u)
  })
})

interface Client extends AsyncDisposable {
  readonly edc: ParticipantEdc
}

function clientAt(url: string, attemptMs = 10_000): Client {
  const web = openWeb()
  // No target is left alone here.
  const shared = sharedFor({ ...EDC_TUNING, attemptMs, failuresToOpen: 1_000 }, () => performance.now())
  const edc = participantEdc(
    {
      participant: 'acme',
      reach: () => web.to(new URL(url)),
      profile: edcProfile('edc-0.15'),
      keys: { management: 'key', identity: 'key' },
    },
    shared,
  )
  return { edc, [Symbol.asyncDispose]: () => web[Symbol.asyncDispose]() }
}

async function openClient(attemptMs?: number): Promise<Client & { readonly server: ScriptedServer }> {
  const server = await openScriptedServer()
  const { edc, ...client } = clientAt(server.url, attemptMs)
  return {
    edc,
    server,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** One byte after the other, for ever. */
function dripping(): Answer {
  return (response) => {
    response.writeHead(200, JSON_TYPE)
    const timer = setInterval(() => response.write(' '), 10)
    response.on('close', () => clearInterval(timer))
  }
}

const CHUNK = Buffer.alloc(65_536, 'x')

/** 100 MB, as fast as they are taken. */
async function flood(response: ServerResponse, sent: { bytes: number; over: boolean }): Promise<void> {
  response.writeHead(200, JSON_TYPE)
  const all = Readable.from(
    (function* chunks() {
      for (; sent.bytes < 100_000_000; sent.bytes += CHUNK.length) yield CHUNK
    })(),
  )
  await pipeline(all, response).catch(() => undefined)
  sent.over = true
}
