/** What is sent as credentials, where it comes from, and when it is asked for again. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { type Folder, openFolder } from '../../test/support/folder.ts'
import { UnavailableError } from '../model/errors.ts'
import { type Credentials, type CredentialsOptions, openCredentials } from './credentials.ts'
import { CredentialsError } from './server-address.ts'

interface Parts {
  readonly cluster?: object
  readonly user?: object
}

function config({ cluster, user }: Parts): string {
  return JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://host:6443/', ...cluster } }],
    users: [{ name: 'u', user }],
  })
}

async function open(
  folder: Folder,
  parts: Parts,
  options: Partial<CredentialsOptions> = {},
): Promise<Credentials> {
  await folder.write({ config: config(parts) })
  return openCredentials(
    { kind: 'kubeconfig', paths: join(folder.path, 'config') },
    { now: () => 0, ...options },
  )
}

async function bearerOf(credentials: Credentials, renew = false): Promise<string | undefined> {
  const { headers } = await credentials.access({ renew })
  return headers['authorization']?.replace('Bearer ', '')
}

/** A credential plugin that runs this script. */
function plugin(script: string, more: object = {}): object {
  const apiVersion = 'client.authentication.k8s.io/v1'
  return { exec: { apiVersion, command: process.execPath, args: ['-e', script], ...more } }
}

const sayTime = `console.log(JSON.stringify({ status: { token: String(process.hrtime.bigint()) } }))`

describe('credentials', () => {
  it('for the built-in cluster are an address and perhaps a token, and nothing is loaded for them', async () => {
    const source = { kind: 'direct', server: 'http://127.0.0.1:8001/', token: 't' } as const
    const credentials = await openCredentials(source, { now: () => 0 })
    assert.equal(credentials.describe(), 'http://127.0.0.1:8001')
    assert.equal(await bearerOf(credentials), 't')
    assert.equal(await credentials.access({ renew: true }), await credentials.access())
  })

  it('are refused for an address that would carry the token in clear text', async () => {
    const source = { kind: 'direct', server: 'http://host:8001', token: 'canary' } as const
    await assert.rejects(openCredentials(source, { now: () => 0 }), (error) => {
      assert.ok(error instanceof CredentialsError)
      assert.doesNotMatch(inspect(error), /canary/u)
      return true
    })
  })

  it('of a kubeconfig are described by server, context and path', async () => {
    await using folder = await openFolder()
    const credentials = await open(folder, { user: { token: 'canary' } })
    assert.equal(credentials.server, 'https://host:6443')
    assert.equal(credentials.describe(), `https://host:6443 (context here of ${join(folder.path, 'config')})`)
  })

  it('say so when the server is not verified, and verify it in all other cases', async () => {
    await using folder = await openFolder()
    const verified = await open(folder, { user: {} })
    assert.equal((await verified.access()).tls.rejectUnauthorized, true)
    const open2 = await open(folder, { cluster: { 'insecure-skip-tls-verify': true }, user: {} })
    assert.equal((await open2.access()).tls.rejectUnauthorized, false)
    assert.match(open2.describe(), /its certificate is not verified/u)
  })

  it('take certificate, key, authority, server name and headers from the kubeconfig', async () => {
    await using folder = await openFolder()
    await folder.write({ 'ca.crt': 'CA', key: 'KEY' })
    const cluster = { 'certificate-authority': 'ca.crt', 'tls-server-name': 'kubernetes' }
    const certificate = {
      'client-certificate-data': Buffer.from('CERT').toString('base64'),
      'client-key': 'key',
    }
    const credentials = await open(folder, { cluster, user: { ...certificate, as: 'somebody' } })
    assert.deepEqual(await credentials.access(), {
      headers: { 'impersonate-user': 'somebody' },
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY', servername: 'kubernetes', rejectUnauthorized: true },
    })
  })

  it('may be a user name and a password', async () => {
    await using folder = await openFolder()
    const credentials = await open(folder, { user: { username: 'u', password: 'p' } })
    const { headers } = await credentials.access()
    assert.deepEqual(headers, { authorization: `Basic ${Buffer.from('u:p').toString('base64')}` })
  })

  it('may be for a server without TLS on this machine', async () => {
    await using folder = await openFolder()
    const credentials = await open(folder, {
      cluster: { server: 'http://127.0.0.1:8080' },
      user: { token: 't' },
    })
    assert.equal(await bearerOf(credentials), 't')
  })

  it('of two kubeconfigs with the same names do not get mixed up', async () => {
    await using one = await openFolder()
    await using two = await openFolder()
    const [first, second] = [
      await open(one, { user: plugin(sayTime) }),
      await open(two, { user: plugin(sayTime) }),
    ]
    assert.notEqual(await bearerOf(first), await bearerOf(second))
  })
})

describe('the token file', () => {
  it('is read again at once to renew, and a token beside it does not count', async () => {
    await using folder = await openFolder()
    await folder.write({ token: 'first\n' })
    const credentials = await open(folder, { user: { tokenFile: 'token', token: 'stale' } })
    assert.equal(await bearerOf(credentials), 'first')
    await folder.write({ token: 'second\n' })
    assert.equal(await bearerOf(credentials), 'first')
    assert.equal(await bearerOf(credentials, true), 'second')
  })

  it('that vanished is an UnavailableError that names it, and heals', async () => {
    await using folder = await openFolder()
    await using gone = await openFolder()
    await gone.write({ token: 'first' })
    let now = 0
    const credentials = await open(
      folder,
      { user: { tokenFile: join(gone.path, 'token') } },
      { now: () => now },
    )
    await gone[Symbol.asyncDispose]()
    await assert.rejects(credentials.access(), (error) => {
      assert.ok(error instanceof UnavailableError)
      assert.match(error.message, /token cannot be read \(ENOENT\)/u)
      return true
    })
    await assert.rejects(credentials.access({ renew: true }), UnavailableError)
    now += 60_000
    await folder.write({ config: config({ user: { token: 'healed' } }) })
    assert.equal(await bearerOf(credentials, true), 'healed')
  })
})

describe('a certificate file', () => {
  it('is read again after 10 s, and not before', async () => {
    await using folder = await openFolder()
    await folder.write({ 'ca.crt': 'OLD' })
    let now = 0
    const cluster = { 'certificate-authority': 'ca.crt' }
    const credentials = await open(folder, { cluster, user: {} }, { now: () => now })
    const authority = async (): Promise<string | undefined> => (await credentials.access()).tls.ca
    assert.equal(await authority(), 'OLD')
    await folder.write({ 'ca.crt': 'NEW' })
    now = 9_999
    assert.equal(await authority(), 'OLD')
    now = 10_000
    assert.equal(await authority(), 'NEW')
  })
})

describe('a credential plugin', () => {
  it('is run once for many calls, again when its token has expired or was refused', async () => {
    await using folder = await openFolder()
    let now = 0
    const credentials = await open(folder, { user: plugin(sayTime) }, { now: () => now })
    const tokens = await Promise.all([bearerOf(credentials), bearerOf(credentials), bearerOf(credentials)])
    assert.equal(new Set(tokens).size, 1)
    now = 60_000
    assert.equal(await bearerOf(credentials), tokens[0])
    const renewed = await Promise.all([bearerOf(credentials, true), bearerOf(credentials, true)])
    assert.equal(new Set([...tokens, ...renewed]).size, 2)
    const expiring = sayTime.replace('status: {', `status: { expirationTimestamp: '2020-01-01T00:00:00Z',`)
    const short = await open(folder, { user: plugin(expiring) }, { now: () => now })
    const before = await bearerOf(short)
    now = 120_000
    assert.notEqual(await bearerOf(short), before)
  })

  it('is told what it is asked for', async () => {
    await using folder = await openFolder()
    const script = `console.log(JSON.stringify({ status: { token: process.env.KUBERNETES_EXEC_INFO + process.env.MINE } }))`
    const env = [{ name: 'MINE', value: '!' }]
    const credentials = await open(folder, {
      user: plugin(script, { provideClusterInfo: true, env }),
      cluster: { extensions: [] },
    })
    const info = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: 'https://host:6443' } },
    }
    assert.equal(await bearerOf(credentials), `${JSON.stringify(info)}!`)
  })

  for (const [name, script] of [
    ['fails', `console.error('canary'); process.exit(1)`],
    ['says something that is no JSON', `console.log('canary')`],
    ['says something else', `console.log('{"canary":"canary"}')`],
    ['does not exist', undefined],
  ] as const) {
    it(`that ${name} is an UnavailableError that names it, without what it said`, async () => {
      await using folder = await openFolder()
      const user =
        script === undefined ? { exec: { command: '/nowhere/plugin', args: ['canary'] } } : plugin(script)
      const credentials = await open(folder, { user })
      await assert.rejects(credentials.access(), (error) => {
        assert.ok(error instanceof UnavailableError)
        assert.match(error.message, /the credential plugin \/.* failed; run it by hand to see why/u)
        assert.doesNotMatch(inspect(error, { depth: 12, showHidden: true }), /canary/u)
        return true
      })
    })
  }

  it('that never ends is given up', async () => {
    await using folder = await openFolder()
    const script = `setTimeout(() => {}, 1_000)`
    const credentials = await open(folder, { user: plugin(script) }, { pluginTimeoutMs: 100 })
    await assert.rejects(credentials.access(), /UnavailableError: .*did not end in time/u)
  })
})
