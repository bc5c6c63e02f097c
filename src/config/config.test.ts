import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DEFAULT_PROFILE } from '../manifests/default-profile.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import type { Environment } from './read-settings.ts'

const files: Readonly<Record<string, string>> = {
  '/var/run/secrets/kubernetes.io/serviceaccount/namespace': 'provisioning\n',
  tokens: '# who may call\nportal 0123456789abcdef0123\n\nops   fedcba9876543210fedc\n',
  'short-tokens': 'portal secret',
  'profiles.yaml': `
reserved: [billing]
profiles:
  small:
    storageClassName: fast
    components:
      postgres: { image: "registry.example/postgres:17", storage: 2Gi }
`,
  'routes.yaml': `
profiles:
  edge:
    routes: { kind: ingress, ingressClassName: nginx }
    network: { egress: { cidrs: [203.0.113.0/24] } }
`,
  'wrong-routes.yaml': `
profiles:
  a: { routes: { kind: loadbalancer } }
  b: { network: { gateway: { cidrs: [everywhere] } } }
`,
  'seeding.yaml': `
issuers:
  - did: did:web:issuer.example
    address: https://issuer.example/api/admin
    generation: edc-0.19
    key: { file: issuer-key }
    credential: { type: MembershipCredential, definition: membership }
seed: { files: [offers.json] }
profiles:
  default: { edc: { generation: probe } }
  forgetful: { edc: { generation: edc-0.15, vault: memory, trustedIssuers: ['did:web:other.example'] } }
  plain: {}
`,
  'seeding-by-nobody.yaml': `
seed: { files: [offers.json, missing.json] }
profiles:
  default: { edc: { generation: edc-0.15, issuer: 'did:web:nobody.example' } }
  modern: { edc: { generation: edc-0.19, vault: memory, issuer: 'did:web:nobody.example' } }
`,
  'issuer-key': 'the-key\n',
  'offers.json': '{ "assets": [{ "id": "prices", "properties": {}, "address": { "type": "HttpData" } }] }',
  'wrong.yaml': 'profiles: { small: { components: { postgres: { imag: x } } } }',
  'broken.yaml': 'profiles: [',
  'discovering.yaml': 'discovery: { legacy: true }',
  'misspelt.yaml': 'discovery: { lagacy: true }',
}

function read(args: readonly string[], env: Environment = {}): Config {
  const config = readConfig({
    args,
    env,
    readFile(path) {
      const text = files[path]
      if (text === undefined) throw new Error('no such file')
      return text
    },
  })
  assert.notEqual(config, 'help')
  return config as Config
}

function faultsOf(args: readonly string[], env: Environment = {}): readonly string[] {
  try {
    read(args, env)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.faults
  }
  throw new Error('the settings were accepted')
}

describe('the settings', () => {
  it('work without any: the built-in cluster on a loopback address', () => {
    const { http, cluster, auth, store } = read([])
    assert.deepEqual(http, { host: '127.0.0.1', port: 9999, healthPort: 9998 })
    assert.deepEqual([cluster.kind, auth.kind, store.kind], ['built-in', 'none', 'memory'])
  })

  it('take a flag before a variable, and an empty variable for none', () => {
    assert.equal(read(['--port', '1234'], { PORT: '5678' }).http.port, 1234)
    assert.equal(read([], { PORT: '5678' }).http.port, 5678)
    assert.equal(read([], { PORT: '' }).http.port, 9999)
  })

  it('elect a leader on a cluster of others, and none on the built-in one, unless they are told', () => {
    assert.deepEqual(read([]).leadership, { kind: 'sole' })
    const elected = { kind: 'elected', namespace: 'default' }
    assert.deepEqual(read(['--kubeconfig', 'k']).leadership, elected)
    assert.deepEqual(read([], { LEADER_ELECTION: 'on' }).leadership, elected)
    assert.deepEqual(read(['--kubeconfig', 'k', '--leader-election', 'off']).leadership, { kind: 'sole' })
  })

  it('put the Lease into the namespace of the pod, or the one that is named', () => {
    const inPod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', AUTH: 'tokens:tokens' }
    assert.deepEqual(read([], inPod).leadership, { kind: 'elected', namespace: 'provisioning' })
    const named = read(['--lease-namespace', 'elsewhere'], inPod).leadership
    assert.deepEqual(named, { kind: 'elected', namespace: 'elsewhere' })
  })

  it('refuse another word for the election, and what is no namespace', () => {
    assert.deepEqual(faultsOf(['--leader-election', 'perhaps', '--lease-namespace', 'A/b']), [
      'LEADER_ELECTION must be on or off, got "perhaps"',
      'LEASE_NAMESPACE must be the name of a namespace (a-z, 0-9 and "-", at most 63), got "A/b"',
    ])
  })

  it('take free ports for both when the port is 0', () => {
    assert.deepEqual(read(['--port=0']).http, { host: '127.0.0.1', port: 0, healthPort: 0 })
  })

  it('choose the cluster: kubeconfig, then the pod, then the built-in one, never the home folder', () => {
    assert.deepEqual(read([], { KUBECONFIG: '/k', HOME: '/home/me' }).cluster, {
      kind: 'kubeconfig',
      path: '/k',
    })
    assert.deepEqual(read([], { HOME: '/home/me' }).cluster, { kind: 'built-in' })
    const inPod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', AUTH: 'tokens:tokens' }
    assert.equal(read([], inPod).cluster.kind, 'in-cluster')
    assert.equal(read([], inPod).http.host, '0.0.0.0')
  })

  it('refuse to let everybody in from elsewhere, and say what to set', () => {
    const [fault = ''] = faultsOf(['--host', '0.0.0.0'])
    assert.match(fault, /AUTH=tokens:FILE/u)
    assert.deepEqual(faultsOf([], { KUBERNETES_SERVICE_HOST: '10.0.0.1' }).length, 1)
    for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) read(['--host', host])
    for (const host of ['127.example.org', '10.0.0.1', '::']) faultsOf(['--host', host])
    read(['--host', '0.0.0.0', '--auth', 'tokens:tokens'])
  })

  it('keep no token, only its hash', () => {
    const { auth } = read(['--auth', 'tokens:tokens'])
    assert.ok(auth.kind === 'tokens')
    assert.deepEqual(
      auth.callers.map(({ name }) => name),
      ['portal', 'ops'],
    )
    assert.ok(!JSON.stringify(auth).includes('0123456789abcdef0123'))
  })

  it('name the line of a tokens file that is wrong, never its content', () => {
    const faults = faultsOf(['--auth', 'tokens:short-tokens'])
    assert.match(faults[0] ?? '', /line 1 of "short-tokens"/u)
    assert.ok(!faults.join().includes('secret'))
    assert.match(faultsOf(['--auth', 'tokens:nowhere'])[0] ?? '', /"nowhere", which cannot be read/u)
  })

  it('read profiles that say only what differs', () => {
    const { profiles, reserved } = read(['--config', 'profiles.yaml'])
    const small = profiles.get('small')
    assert.equal(small?.components.postgres.image, 'registry.example/postgres:17')
    assert.equal(small?.components.postgres.storage, '2Gi')
    assert.deepEqual(small?.components.vault, profiles.get('default')?.components.vault)
    assert.equal(small?.storageClassName, 'fast')
    assert.deepEqual(reserved, ['billing'])
  })

  it('read how a profile is reached and whom it may call, and keep what it does not say', () => {
    const edge = read(['--config', 'routes.yaml']).profiles.get('edge')
    assert.equal(edge?.routes.kind, 'ingress')
    assert.equal(edge.routes.ingressClassName, 'nginx')
    assert.deepEqual(edge.network, {
      ...DEFAULT_PROFILE.network,
      egress: { cidrs: ['203.0.113.0/24'] },
    })
    const faults = faultsOf(['--config', 'wrong-routes.yaml']).join('\n')
    assert.match(faults, /at \/profiles\/a\/routes\/kind/u)
    assert.match(faults, /at \/profiles\/b\/network\/gateway\/cidrs\/0/u)
  })

  it('name the place in a file that is wrong', () => {
    assert.match(faultsOf(['--config', 'wrong.yaml']).join(), /postgres/u)
    assert.match(faultsOf(['--config', 'broken.yaml']).join(), /is not YAML/u)
    assert.match(faultsOf(['--config', 'nowhere']).join(), /cannot be read/u)
  })

  it('report every fault at once, by name', () => {
    const faults = faultsOf(['--port', 'x', '--log-level', 'loud', '--colour=red', 'dance'], {
      STORE: 'tape',
    })
    assert.equal(faults.length, 5)
    for (const name of ['PORT', 'LOG_LEVEL', '--colour', 'dance', 'STORE'])
      assert.ok(
        faults.some((fault) => fault.includes(name)),
        name,
      )
  })

  it('say how old an answer may get, in seconds', () => {
    assert.equal(read([]).unavailableAfterMs, 900_000)
    assert.equal(read(['--unavailable-after', '120']).unavailableAfterMs, 120_000)
    for (const text of ['119', '604801', '-1', '15m', '1e3'])
      assert.match(
        faultsOf([`--unavailable-after=${text}`])[0] ?? '',
        /^UNAVAILABLE_AFTER must be a whole number/u,
      )
  })

  it('limit writes that nobody asked for to 1000 a second, and twice as many at once, unless told', () => {
    assert.deepEqual(read([]).writeRate, { qps: 1_000, burst: 2_000 })
    assert.deepEqual(read(['--kube-qps', '20']).writeRate, { qps: 20, burst: 40 })
    assert.deepEqual(read([], { KUBE_QPS: '20', KUBE_BURST: '5' }).writeRate, { qps: 20, burst: 5 })
    assert.equal(read(['--kube-qps', 'off']).writeRate.qps, Infinity)
    assert.deepEqual(faultsOf(['--kube-qps', '0', '--kube-burst', 'off']), [
      'KUBE_QPS must be a whole number from 1 to 100000, or off, got "0"',
      'KUBE_BURST must be a whole number from 1 to 100000, got "off"',
    ])
  })

  it('never repeat the address of a store that is wrong', () => {
    for (const STORE of ['redis://:canary@h/x', 'canary', 'amqp://canary@h'])
      assert.ok(!faultsOf([], { STORE }).join().includes('canary'))
    assert.equal(read([], { STORE: 'redis://:canary@h' }).store.kind, 'redis')
  })

  it('answer a call for help with help, whatever else is wrong', () => {
    assert.equal(readConfig({ args: ['--help', '--port', 'x'], env: {}, readFile: () => '' }), 'help')
  })
})

describe('discovery', () => {
  it('is off unless the file, the variable or the flag turns it on', () => {
    assert.equal(read([]).discovery.legacy, false)
    assert.equal(read(['--config', 'profiles.yaml']).discovery.legacy, false)
    assert.equal(read(['--config', 'discovering.yaml']).discovery.legacy, true)
    assert.equal(read([], { DISCOVERY_LEGACY: 'true' }).discovery.legacy, true)
    assert.equal(read(['--discovery-legacy', 'true']).discovery.legacy, true)
  })

  it('is on by the bare flag, wherever it stands', () => {
    assert.equal(read(['--discovery-legacy', '--port', '1']).discovery.legacy, true)
    assert.equal(read(['--port', '1', '--discovery-legacy']).discovery.legacy, true)
  })

  it('follows flag and variable before the file', () => {
    assert.equal(read(['--config', 'discovering.yaml', '--discovery-legacy=false']).discovery.legacy, false)
    assert.equal(
      read(['--config', 'discovering.yaml'], { DISCOVERY_LEGACY: 'false' }).discovery.legacy,
      false,
    )
  })

  it('names what is wrong with it', () => {
    assert.deepEqual(faultsOf([], { DISCOVERY_LEGACY: 'yes' }), [
      'DISCOVERY_LEGACY must be true or false, got "yes"',
    ])
    assert.match(faultsOf(['--config', 'misspelt.yaml']).join(), /"misspelt\.yaml" at \/discovery/u)
  })
})

describe('the settings of seeding', () => {
  it('name no participant unless a profile asks for it', () => {
    assert.equal(read(['--config', 'profiles.yaml']).seeding, undefined)
  })

  it('say which profiles are seeded, by which issuer, and with what', () => {
    const { profiles, data } = read(['--config', 'seeding.yaml']).seeding ?? assert.fail('nothing is seeded')
    assert.deepEqual([...profiles.keys()], ['default', 'forgetful'])
    const { generation, issuer } = profiles.get('default') ?? assert.fail('not seeded')
    const { issuerDid, contextId, address, key } = issuer
    assert.deepEqual(
      [generation, issuerDid, contextId, address.href, key],
      [
        'probe',
        'did:web:issuer.example',
        'did:web:issuer.example',
        'https://issuer.example/api/admin',
        { value: 'the-key' },
      ],
    )
    assert.deepEqual(
      data.assets.map(({ id }) => id),
      ['prices'],
    )
  })

  it('let the runtimes share a vault, and trust every issuer that is listed, unless they say otherwise', () => {
    const { seeding, profiles } = read(['--config', 'seeding.yaml'])
    const told = [...(seeding?.profiles ?? [])].map(([name, { vault, trustedIssuers }]) => [
      name,
      vault,
      trustedIssuers,
    ])
    assert.deepEqual(told, [
      ['default', 'shared', ['did:web:issuer.example']],
      ['forgetful', 'memory', ['did:web:other.example']],
    ])
    assert.deepEqual(
      [...profiles].map(([name, { edc }]) => [name, edc]),
      [
        ['default', { trustedIssuers: ['did:web:issuer.example'], sharesVault: true }],
        ['forgetful', { trustedIssuers: ['did:web:other.example'], sharesVault: false }],
        ['plain', undefined],
      ],
    )
  })

  it('are refused with the file, the place and what is known', () => {
    assert.deepEqual(faultsOf(['--config', 'seeding-by-nobody.yaml']), [
      '"seeding-by-nobody.yaml" at /profiles/default/edc: there is no issuer did:web:nobody.example; listed in issuers: none',
      '"seeding-by-nobody.yaml" at /profiles/modern/edc/vault: runtimes of edc-0.19 can hand over the secret of a wallet only in a vault that they share; leave out "vault: memory"',
      '"seeding-by-nobody.yaml" at /profiles/modern/edc: there is no issuer did:web:nobody.example; listed in issuers: none',
      'the file "missing.json", which the CONFIG file names, cannot be read: no such file',
    ])
  })

  it('take a way to participants only with placeholders', () => {
    const template = 'http://{participant}.example:{port}'
    assert.equal(read(['--participant-address', template]).participantAddress, template)
    const [fault = ''] = faultsOf(['--participant-address', 'http://all.example:{port}'])
    assert.match(fault, /^PARTICIPANT_ADDRESS must have \{participant\}/u)
  })
})
