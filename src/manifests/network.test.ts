import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1.d.ts'
import { INSTALLED } from '../install/names.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { COMPONENTS } from '../model/participant.ts'
import type { NetworkSettings } from '../model/profile.ts'
import { ENDPOINTS } from './addresses.ts'
import { DEFAULT_PROFILE } from './default-profile.ts'
import { renderManifests } from './manifests.ts'

type Policy = KubeObject & { readonly spec: NetworkPolicySpec }

function policiesWith(network: Partial<NetworkSettings> = {}): ReadonlyMap<string, Policy> {
  const { policies } = renderManifests({
    name: 'acme',
    uid: 'uid',
    profile: { ...DEFAULT_PROFILE, network: { ...DEFAULT_PROFILE.network, ...network } },
    spec: {
      did: 'did:web:acme.example',
      host: 'dataspace.example',
      mode: 'Managed',
      profile: 'default',
      suspended: false,
      deletionPolicy: 'Delete',
    },
  })
  const all = policies.filter((object): object is Policy => object.kind === 'NetworkPolicy')
  return new Map(all.map((policy) => [policy.metadata.name, policy]))
}

const specOf = (name: string, network?: Partial<NetworkSettings>): NetworkPolicySpec =>
  policiesWith(network).get(name)?.spec ?? assert.fail(`there is no policy ${name}`)

const EVERYBODY = 'everybody'
const PROVISIONER = 'namespace dataspace-provisioner'

/** `controlplane 18081`: who may come, and to which port. */
function callersOf(name: string, network?: Partial<NetworkSettings>): readonly string[] {
  return (specOf(name, network).ingress ?? []).flatMap(({ from, ports = [] }) =>
    (from ?? [EVERYBODY])
      .map((peer) => (typeof peer === 'string' ? peer : nameOf(peer)))
      .flatMap((who) => ports.map(({ port }) => `${who} ${String(port)}`)),
  )
}

function nameOf({
  podSelector,
  namespaceSelector,
  ipBlock,
}: NonNullable<NonNullable<NetworkPolicySpec['ingress']>[number]['from']>[number]): string {
  const component = podSelector?.matchLabels?.['app.kubernetes.io/component']
  if (component !== undefined) return component
  return ipBlock?.cidr ?? `namespace ${namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'] ?? ''}`
}

const { identityhub, controlplane, dataplane } = ENDPOINTS

describe('the network of a participant', () => {
  it('is closed for every pod, in both directions, but for what a policy of a component allows', () => {
    assert.deepEqual(specOf('default-deny'), {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [],
    })
    assert.deepEqual([...policiesWith().keys()], ['default-deny', ...COMPONENTS])
  })

  it('lets the runtimes alone reach PostgreSQL, and the provisioner the vault besides', () => {
    const runtimes = ['identityhub', 'controlplane', 'dataplane']
    assert.deepEqual(
      callersOf('postgres'),
      runtimes.map((name) => `${name} 5432`),
    )
    assert.deepEqual(callersOf('vault'), [...runtimes.map((name) => `${name} 8200`), `${PROVISIONER} 8200`])
    for (const name of ['postgres', 'vault']) assert.deepEqual(specOf(name).policyTypes, ['Ingress'], name)
  })

  it('opens to everybody exactly what is routed, and to the provisioner what it seeds by', () => {
    assert.deepEqual(callersOf('controlplane'), [
      `dataplane ${controlplane.control.port}`,
      `${EVERYBODY} ${controlplane.protocol.port}`,
      `${PROVISIONER} ${controlplane.health.port}`,
      `${PROVISIONER} ${controlplane.management.port}`,
    ])
    assert.deepEqual(callersOf('identityhub'), [
      `controlplane ${identityhub.sts.port}`,
      `${EVERYBODY} ${identityhub.credentials.port}`,
      `${EVERYBODY} ${identityhub.did.port}`,
      `${PROVISIONER} ${identityhub.health.port}`,
      `${PROVISIONER} ${identityhub.identity.port}`,
    ])
    assert.deepEqual(callersOf('dataplane'), [
      `controlplane ${dataplane.control.port}`,
      `${PROVISIONER} ${dataplane.health.port}`,
    ])
  })

  it('takes the program for one that runs where deploy/ puts it', () => {
    assert.deepEqual(DEFAULT_PROFILE.network.provisioner, { namespaces: [INSTALLED.namespace] })
  })

  it('names the callers that a profile names, and nobody where it names none', () => {
    const gateway = { namespaces: ['edge'], cidrs: ['10.1.0.0/16'] }
    const routed = callersOf('controlplane', { gateway, provisioner: {} })
    assert.deepEqual(routed, [
      `dataplane ${controlplane.control.port}`,
      `namespace edge ${controlplane.protocol.port}`,
      `10.1.0.0/16 ${controlplane.protocol.port}`,
    ])
    assert.deepEqual(callersOf('dataplane', { provisioner: {} }), [`controlplane ${dataplane.control.port}`])
    assert.deepEqual(callersOf('identityhub', { gateway: {}, provisioner: { cidrs: [] } }), [
      `controlplane ${identityhub.sts.port}`,
    ])
  })

  it('lets the runtimes call whom the partners name, but no link-local address', () => {
    const rules = specOf('controlplane').egress ?? []
    const world = rules.at(-1)
    assert.deepEqual(world?.ports, [{ protocol: 'TCP' }])
    assert.deepEqual(
      world.to?.map(({ ipBlock, namespaceSelector }) => ipBlock?.except?.[0] ?? namespaceSelector),
      [{}, '169.254.0.0/16', 'fe80::/10'],
    )
    const only = specOf('controlplane', { egress: { cidrs: ['203.0.113.0/24'] } }).egress ?? []
    assert.deepEqual(only.at(-1)?.to, [{ ipBlock: { cidr: '203.0.113.0/24' } }])
    const none = specOf('controlplane', { egress: {} }).egress ?? []
    assert.equal(none.length, rules.length - 1)
    assert.ok(none.every(({ to, ports = [] }) => to !== undefined || ports.every(({ port }) => port === 53)))
  })

  it('has for every conversation inside both ends open', () => {
    const policies = [...policiesWith().values()]
    const ends = (side: 'ingress' | 'egress'): readonly string[] =>
      policies.flatMap(({ metadata: { name }, spec }) =>
        (spec[side] ?? []).flatMap(({ ports = [], ...rule }) => {
          const peers = ('from' in rule ? rule.from : 'to' in rule ? rule.to : []) ?? []
          const inside = peers.filter(({ podSelector }) => podSelector !== undefined).map(nameOf)
          return inside.flatMap((peer) =>
            ports.map(({ port }) =>
              side === 'egress' ? `${name} → ${peer} ${String(port)}` : `${peer} → ${name} ${String(port)}`,
            ),
          )
        }),
      )
    assert.ok(ends('egress').length > 0)
    assert.deepEqual(ends('egress').toSorted(), ends('ingress').toSorted())
  })
})
