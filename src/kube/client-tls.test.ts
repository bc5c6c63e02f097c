/** Credentials and TLS between client and server: what is trusted, what is presented, and when it is renewed. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { type Folder, openFolder } from '../../test/support/folder.ts'
import { openKubeAt } from '../../test/support/kube-at.ts'
import { json, openScriptedServer, stream } from '../../test/support/scripted-server.ts'
import { canSelfSign, selfSigned } from '../../test/support/self-signed.ts'
import { RESOURCES } from '../model/kubernetes.ts'
import { type Credentials, openCredentials } from './credentials.ts'

const { Namespace, Pod } = RESOURCES

/** JSON is YAML. */
function kubeconfig(cluster: object, user?: object): string {
  return JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', ...(user === undefined ? {} : { user: 'u' }) } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
  })
}

async function credentialsOf(folder: Folder, now: () => number = () => 0): Promise<Credentials> {
  return openCredentials({ kind: 'kubeconfig', paths: join(folder.path, 'config') }, { now })
}

describe('TLS', { skip: canSelfSign() ? false : 'there is no openssl' }, () => {
  it('trusts the certificate authority of the kubeconfig, also for a context without a user', async () => {
    const pair = await selfSigned('server')
    await using server = await openScriptedServer({ tls: pair })
    await using folder = await openFolder()
    const authority = Buffer.from(pair.cert).toString('base64')
    await folder.write({
      config: kubeconfig({ server: server.url, 'certificate-authority-data': authority }),
    })
    await using at = await openKubeAt(await credentialsOf(folder))
    await at.kube.version()
    assert.equal(server.received[0]?.headers.authorization, undefined)
  })

  it('does not trust anybody else, says why, and does not try again', async () => {
    await using server = await openScriptedServer({ tls: await selfSigned('server') })
    await using at = await openKubeAt(server.url)
    await assert.rejects(at.kube.version(), /UnavailableError: .*certificate is not trusted.*SELF_SIGNED/u)
    assert.deepEqual([at.reports.length, server.received.length], [1, 0])
  })

  it('uses HTTP/1.1 and one handshake for many calls though the server offers HTTP/2; a watch has its own', async () => {
    const pair = await selfSigned('server')
    await using server = await openScriptedServer({ tls: pair })
    await using folder = await openFolder()
    const authority = { 'certificate-authority': 'ca.crt' }
    await folder.write({
      'ca.crt': pair.cert,
      config: kubeconfig({ server: server.url, ...authority }, { token: 't' }),
    })
    let now = 0
    await using at = await openKubeAt(await credentialsOf(folder, () => (now += 11_000)), {
      tuning: { maxConnections: 1 },
    })
    for (let count = 0; count < 20; count += 1) await at.kube.get(Namespace, { name: 'a' })
    assert.equal(server.connections, 1)
    server.script(stream([]))
    const watch = at.kube.watch(Pod, { timeoutSeconds: 1, signal: new AbortController().signal })
    for await (const _ of watch) assert.fail('nothing was sent')
    assert.equal(server.connections, 2)
    assert.deepEqual([...new Set(server.received.map(({ httpVersion }) => httpVersion))], ['1.1'])
  })

  it('presents the client certificate, and connects anew only when its bytes change', async () => {
    const pair = await selfSigned('server')
    const [oldPair, newPair] = [await selfSigned('old'), await selfSigned('new')]
    const ca = [oldPair.cert, newPair.cert]
    await using server = await openScriptedServer({ tls: { ...pair, ca, requestCert: true } })
    await using folder = await openFolder()
    const files = { 'client-certificate': 'client.crt', 'client-key': 'client.key' }
    const cluster = { server: server.url, 'certificate-authority': 'ca.crt' }
    await folder.write({ 'ca.crt': pair.cert, 'client.crt': oldPair.cert, 'client.key': oldPair.key })
    await folder.write({ config: kubeconfig(cluster, files) })
    const names: string[] = []
    server.script((response) => {
      const { socket } = response.req as unknown as {
        socket: { getPeerCertificate(): { subject: { CN: string } } }
      }
      names.push(socket.getPeerCertificate().subject.CN)
      response.end('{}')
    })
    let now = 0
    await using at = await openKubeAt(await credentialsOf(folder, () => (now += 11_000)), {
      tuning: { maxConnections: 1 },
    })
    await at.kube.version()
    await folder.write({ 'client.crt': oldPair.cert, 'client.key': oldPair.key })
    await at.kube.version()
    assert.equal(server.connections, 1)
    await folder.write({ 'client.crt': newPair.cert, 'client.key': newPair.key })
    await at.kube.version()
    assert.deepEqual([server.connections, names], [2, ['old', 'old', 'new']])
    await eventually(() => server.openConnections === 1, { what: 'the end of the old connection' })
  })

  it('goes through the proxy of the kubeconfig', async () => {
    const pair = await selfSigned('server')
    await using server = await openScriptedServer({ tls: pair })
    await using folder = await openFolder()
    const targets: (string | undefined)[] = []
    const proxy = createServer().listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    proxy.on('connect', ({ url }, socket) => {
      targets.push(url)
      const upstream = connect(server.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      socket
        .on('error', () => {})
        .pipe(upstream)
        .on('error', () => {})
        .pipe(socket)
    })
    const proxyUrl = `http://user:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`
    await folder.write({
      'ca.crt': pair.cert,
      config: kubeconfig({ server: server.url, 'certificate-authority': 'ca.crt', 'proxy-url': proxyUrl }),
    })
    try {
      const credentials = await credentialsOf(folder)
      await using at = await openKubeAt(credentials, { tuning: { maxConnections: 1 } })
      await at.kube.version()
      await at.kube.version()
      assert.deepEqual(targets, [`127.0.0.1:${server.port}`])
      assert.doesNotMatch(credentials.describe(), /secret/u)
    } finally {
      proxy.closeAllConnections()
      proxy.close()
    }
  })

  it('of a pod trusts the mounted authority and sends the mounted token, without its line break', async () => {
    const pair = await selfSigned('server')
    await using server = await openScriptedServer({ tls: pair })
    await using folder = await openFolder()
    await folder.write({ 'ca.crt': pair.cert, token: 'of-the-pod\n' })
    const source = {
      kind: 'in-cluster',
      host: '127.0.0.1',
      port: String(server.port),
      folder: folder.path,
    } as const
    const credentials = await openCredentials(source, { now: () => 0 })
    await using at = await openKubeAt(credentials)
    await at.kube.version()
    assert.equal(server.received[0]?.headers.authorization, 'Bearer of-the-pod')
    assert.equal(credentials.describe(), `${server.url} (service account of this pod)`)
  })
})

describe('credentials that the API server refuses', () => {
  const cluster = (server: string): object => ({ server })

  it('are renewed at once and the call made again: a token file was rotated', async () => {
    await using server = await openScriptedServer()
    await using folder = await openFolder()
    await folder.write({ token: 'first\n', config: kubeconfig(cluster(server.url), { tokenFile: 'token' }) })
    await using at = await openKubeAt(await credentialsOf(folder))
    let valid = 'first'
    server.script((response, { headers }) => {
      const accepted = headers.authorization === `Bearer ${valid}`
      response.writeHead(accepted ? 200 : 401).end('{}')
    })
    await at.kube.version()
    valid = 'second'
    await folder.write({ token: 'second\n' })
    const created = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }
    await Promise.all([at.kube.create(created), at.kube.version(), at.kube.version()])
    const sent = server.received.map(({ headers }) => headers.authorization)
    assert.deepEqual(
      sent.toSorted((a = '', b = '') => a.localeCompare(b)),
      [...Array(4).fill('Bearer first'), ...Array(3).fill('Bearer second')],
    )
  })

  it('are renewed for a watch as well', async () => {
    await using server = await openScriptedServer()
    await using folder = await openFolder()
    await folder.write({ token: 'first', config: kubeconfig(cluster(server.url), { tokenFile: 'token' }) })
    const credentials = await credentialsOf(folder)
    await credentials.access()
    await folder.write({ token: 'second' })
    await using at = await openKubeAt(credentials)
    server.script((response) => response.writeHead(401).end(), stream([]))
    for await (const _ of at.kube.watch(Pod, { timeoutSeconds: 1, signal: new AbortController().signal })) {
      assert.fail('nothing was sent')
    }
    assert.deepEqual(
      server.received.map(({ headers }) => headers.authorization),
      ['Bearer first', 'Bearer second'],
    )
  })

  it('are renewed once per call only, and not at all when that was done moments ago', async () => {
    await using server = await openScriptedServer()
    await using folder = await openFolder()
    await folder.write({ config: kubeconfig(cluster(server.url), { token: 't' }) })
    await using at = await openKubeAt(await credentialsOf(folder))
    server.script((response) => response.writeHead(401).end())
    await assert.rejects(at.kube.version(), /KubeApiError: GET \/version/u)
    assert.equal(server.received.length, 2)
    await assert.rejects(at.kube.version(), { reason: 'Unauthorized' })
    assert.equal(server.received.length, 3)
  })

  it('cannot be renewed when they are fixed: one request, one refusal', async () => {
    await using server = await openScriptedServer()
    await using at = await openKubeAt(server.url)
    server.script(json(401, {}))
    await assert.rejects(at.kube.version(), { reason: 'Unauthorized' })
    assert.equal(server.received.length, 1)
  })
})
