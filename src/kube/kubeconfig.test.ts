/** Which cluster and user a kubeconfig stands for, and how its faults are told. */
import assert from 'node:assert/strict'
import { delimiter, join } from 'node:path'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { type Folder, openFolder } from '../../test/support/folder.ts'
import { readKubeconfig } from './kubeconfig.ts'
import { CredentialsError } from './server-address.ts'

interface Parts {
  readonly server?: string
  readonly cluster?: object
  readonly user?: object
  readonly context?: object
}

/** JSON is YAML. */
function config({ server = 'https://host:6443', cluster, user = {}, context }: Parts = {}): string {
  return JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', ...context } }],
    clusters: [{ name: 'c', cluster: { server, ...cluster } }],
    users: [{ name: 'u', user }],
  })
}

async function faultOf(folder: Folder, text: string): Promise<string> {
  await folder.write({ config: text })
  const error = await readKubeconfig(join(folder.path, 'config')).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof CredentialsError, inspect(error))
  assert.doesNotMatch(inspect(error, { depth: 12, showHidden: true }), /canary/u)
  return error.message.replaceAll(folder.path, '/folder')
}

describe('a kubeconfig', () => {
  it('is read for its current context, relative paths starting at its own folder', async () => {
    await using folder = await openFolder()
    const user = {
      'client-certificate': 'a.crt',
      'client-key': 'a.key',
      exec: { command: './plugin', args: ['x'] },
    }
    await folder.write({ 'ca.crt': '', 'a.crt': '', 'a.key': '' })
    await folder.write({ config: config({ cluster: { 'certificate-authority': 'ca.crt' }, user }) })
    const login = await readKubeconfig(join(folder.path, 'config'))
    assert.equal(login.server, 'https://host:6443')
    assert.equal(login.origin, `context here of ${join(folder.path, 'config')}`)
    assert.equal(login.cluster['certificate-authority'], join(folder.path, 'ca.crt'))
    assert.equal(login.user['client-key'], join(folder.path, 'a.key'))
    assert.deepEqual(login.user['exec'], { command: join(folder.path, 'plugin'), args: ['x'] })
  })

  it('leaves a plugin without a slash to be found in PATH', async () => {
    await using folder = await openFolder()
    await folder.write({ config: config({ user: { exec: { command: 'plugin' } } }) })
    assert.equal((await readKubeconfig(join(folder.path, 'config'))).plugin, 'plugin')
  })

  it('in several files is merged: the first to set a name or the context wins, missing files are skipped', async () => {
    await using folder = await openFolder()
    await folder.write({
      a: JSON.stringify({ 'current-context': 'here', users: [{ name: 'u', user: { token: 'first' } }] }),
      b: config({ server: 'https://first:1', user: { token: 'second' } }),
      c: config({ server: 'https://second:2' }).replace('"here"', '"there"'),
    })
    const paths = ['missing', 'a', 'b', 'c'].map((name) => join(folder.path, name)).join(delimiter)
    const login = await readKubeconfig(paths)
    assert.deepEqual([login.server, login.user['token']], ['https://first:1', 'first'])
  })

  it('does not suffer from broken entries of other contexts', async () => {
    await using folder = await openFolder()
    const whole = JSON.parse(config()) as { clusters: object[]; users: unknown[] }
    await folder.write({
      config: JSON.stringify({
        ...whole,
        clusters: [{ name: 'x' }, ...whole.clusters],
        users: [null, ...whole.users],
      }),
    })
    assert.equal((await readKubeconfig(join(folder.path, 'config'))).server, 'https://host:6443')
  })
})

describe('a fault of a kubeconfig', () => {
  it('is told when there is no such file', async () => {
    const path = join('/nowhere', 'config')
    const message = `there is no kubeconfig at ${path}; check the path`
    await assert.rejects(readKubeconfig(path), new CredentialsError(message))
    await assert.rejects(readKubeconfig(`${path}${delimiter}${path}`), /there is no kubeconfig at/u)
  })

  it('is told when it cannot be read', async () => {
    await using folder = await openFolder()
    await assert.rejects(readKubeconfig(folder.path), /CredentialsError: the kubeconfig .* cannot be read/u)
  })

  const faults: readonly (readonly [string, string, RegExp])[] = [
    [
      'is no YAML',
      'users: [token: "canary',
      /config is not a kubeconfig: it is not YAML \(line 1, column \d+\)/u,
    ],
    ['is no mapping', 'canary', /config is not a kubeconfig: expected a YAML mapping/u],
    ['is empty', '', /config is not a kubeconfig/u],
    [
      'has no current-context',
      config().replace('current-context', 'other'),
      /config has no current-context; choose one with kubectl config use-context \(known: here\)/u,
    ],
    ['has nothing at all', '{}', /has no current-context.*it has no contexts/u],
    [
      'has a current-context that it does not know',
      config().replace('"here"', '"there"'),
      /current-context of .* names there, which is not among its contexts \(known: here\)/u,
    ],
    [
      'names an unknown cluster',
      config({ context: { cluster: 'x' } }),
      /context here of .* names x, .*its clusters \(known: c\)/u,
    ],
    [
      'names an unknown user',
      config({ context: { user: 'x' } }),
      /context here of .* names x, .*its users \(known: u\)/u,
    ],
    ['names no cluster', config({ context: { cluster: '' } }), /context here of .* has no cluster/u],
    ['has no server', config({ server: '' }), /the cluster of context here of .* has no server/u],
    [
      'has a server that is no URL',
      config({ server: 'canary' }),
      /the server of context here of .* is not a URL/u,
    ],
    ['has a server of another kind', config({ server: 'ftp://host' }), /begins with ftp:, expected https/u],
    [
      'has a password in its server',
      config({ server: 'https://u:canary@host' }),
      /holds a user name or password/u,
    ],
    ['has a query in its server', config({ server: 'https://host/?token=canary' }), /holds a query/u],
    [
      'both skips and sets verification',
      config({ cluster: { 'insecure-skip-tls-verify': true, 'certificate-authority-data': 'x' } }),
      /insecure-skip-tls-verify contradicts certificate-authority/u,
    ],
    [
      'would send a token in clear text',
      config({ server: 'http://host:8080', user: { token: 'canary' } }),
      /credentials for http:\/\/host:8080 would travel in clear text; use https/u,
    ],
    [
      'would send a password in clear text',
      config({ server: 'http://127.0.0.1.example', user: { username: 'u', password: 'canary' } }),
      /clear text/u,
    ],
    [
      'has a certificate without a key',
      config({ user: { 'client-certificate-data': 'x' } }),
      /belong together/u,
    ],
    [
      'impersonates groups',
      config({ user: { 'as-groups': ['system:masters'] } }),
      /as-groups is not supported/u,
    ],
    ['has a plugin without a command', config({ user: { exec: {} } }), /plugin \(exec\) has no command/u],
    [
      'has a SOCKS proxy',
      config({ cluster: { 'proxy-url': 'socks5://canary@host' } }),
      /proxy-url is supported for http/u,
    ],
    [
      'names a file that is not there',
      config({ cluster: { 'certificate-authority': 'ca.crt' } }),
      /certificate-authority \/folder\/ca\.crt cannot be read/u,
    ],
    [
      'names a token file that is not there',
      config({ user: { tokenFile: 't' } }),
      /tokenFile \/folder\/t cannot be read/u,
    ],
  ]
  for (const [name, text, message] of faults) {
    it(`is told when it ${name}`, async () => {
      await using folder = await openFolder()
      assert.match(await faultOf(folder, text), message)
    })
  }
})
