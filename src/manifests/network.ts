/** Who may talk to whom: everything is denied, and each conversation that a participant needs is allowed (decision 15). */
import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from 'kubernetes-types/networking/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { COMPONENTS, type ComponentName } from '../model/participant.ts'
import type { Peers } from '../model/profile.ts'
import { ENDPOINTS, POSTGRES_PORT, PUBLIC, type RuntimeName, VAULT_PORT } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import { type Metadata, metadataOf, selectorLabels, sharedMetadata } from './metadata.ts'

interface Conversation {
  readonly from: RuntimeName
  readonly to: ComponentName
  readonly ports: readonly number[]
}

const { identityhub, controlplane, dataplane } = ENDPOINTS
const RUNTIMES: readonly RuntimeName[] = ['identityhub', 'controlplane', 'dataplane']

/** Inside a participant. */
const CONVERSATIONS: readonly Conversation[] = [
  ...RUNTIMES.flatMap((from): readonly Conversation[] => [
    { from, to: 'postgres', ports: [POSTGRES_PORT] },
    { from, to: 'vault', ports: [VAULT_PORT] },
  ]),
  // Tokens of the secure token service.
  { from: 'controlplane', to: 'identityhub', ports: [identityhub.sts.port] },
  // Signals of a transfer, and what the data plane answers.
  { from: 'controlplane', to: 'dataplane', ports: [dataplane.control.port] },
  { from: 'dataplane', to: 'controlplane', ports: [controlplane.control.port] },
]

/** What the provisioner calls to seed a participant, to unseal its vault and to ask after its health. */
const FOR_PROVISIONER: Readonly<Partial<Record<ComponentName, readonly number[]>>> = {
  identityhub: [identityhub.health.port, identityhub.identity.port],
  controlplane: [controlplane.health.port, controlplane.management.port],
  dataplane: [dataplane.health.port],
  vault: [VAULT_PORT],
}

/**
 * The kubelet's probes need no rule: network plugins let a node talk to its own pods (Kubernetes documentation, "Network
 * Policies").
 */
export function networkPolicies(input: ManifestInput): readonly (KubeObject & NetworkPolicy)[] {
  // The empty lists are ours, so that what somebody adds to them is taken back.
  const denied: NetworkPolicySpec = {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [],
    egress: [],
  }
  return [
    policy(sharedMetadata(input, 'default-deny'), denied),
    ...COMPONENTS.map((component) => policy(metadataOf(input, component), allowed(input, component))),
  ]
}

function policy(metadata: Metadata, spec: NetworkPolicySpec): KubeObject & NetworkPolicy {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec }
}

function allowed(input: ManifestInput, component: ComponentName): NetworkPolicySpec {
  const egress = outgoing(input, component)
  return {
    podSelector: { matchLabels: selectorLabels(input.name, component) },
    policyTypes: egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'],
    ingress: [...incoming(input, component)],
    ...(egress.length > 0 ? { egress: [...egress] } : {}),
  }
}

function incoming(input: ManifestInput, component: ComponentName): readonly NetworkPolicyIngressRule[] {
  const { gateway, provisioner } = input.profile.network
  const inside = CONVERSATIONS.filter(({ to }) => to === component).map(({ from, ports }) => ({
    from: [componentPeer(input, from)],
    ports: tcp(ports),
  }))
  const routed = PUBLIC.filter(({ runtime }) => runtime === component).map(({ endpoint }) => endpoint.port)
  return [
    ...inside,
    ...(gateway === undefined ? fromAll(routed) : fromPeers(gateway, routed)),
    ...fromPeers(provisioner, FOR_PROVISIONER[component] ?? []),
  ]
}

function fromAll(ports: readonly number[]): readonly NetworkPolicyIngressRule[] {
  return ports.length === 0 ? [] : [{ ports: tcp(ports) }]
}

/** No rule for nobody: a rule without peers would let everybody in. */
function fromPeers(peers: Peers, ports: readonly number[]): readonly NetworkPolicyIngressRule[] {
  const from = peersOf(peers)
  return ports.length === 0 || from.length === 0 ? [] : [{ from, ports: tcp(ports) }]
}

/** PostgreSQL and the vault call nobody, and need no names. */
function outgoing(input: ManifestInput, component: ComponentName): readonly NetworkPolicyEgressRule[] {
  if (!RUNTIMES.some((name) => name === component)) return []
  const { egress } = input.profile.network
  const world = egress === undefined ? WORLD : peersOf(egress)
  return [
    ...CONVERSATIONS.filter(({ from }) => from === component).map(({ to, ports }) => ({
      to: [componentPeer(input, to)],
      ports: tcp(ports),
    })),
    // Wherever the cluster's DNS runs: in another namespace, on the node itself, or outside.
    { ports: [{ protocol: 'UDP', port: DNS_PORT }, ...tcp([DNS_PORT])] },
    ...(world.length === 0 ? [] : [{ to: [...world], ports: [{ protocol: 'TCP' }] }]),
  ]
}

const DNS_PORT = 53

/**
 * Everybody but link-local addresses, where clouds hand out credentials to whoever asks from inside. Pods are named
 * too, because some network plugins apply addresses only to what is no pod.
 */
const WORLD: readonly NetworkPolicyPeer[] = [
  { namespaceSelector: {} },
  { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } },
  { ipBlock: { cidr: '::/0', except: ['fe80::/10', 'fd00:ec2::254/128'] } },
]

function peersOf({ namespaces = [], cidrs = [] }: Peers): NetworkPolicyPeer[] {
  return [
    ...namespaces.map((name) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
    })),
    ...cidrs.map((cidr) => ({ ipBlock: { cidr } })),
  ]
}

function componentPeer({ name }: ManifestInput, component: ComponentName): NetworkPolicyPeer {
  return { podSelector: { matchLabels: selectorLabels(name, component) } }
}

function tcp(ports: readonly number[]): NetworkPolicyPort[] {
  return ports.map((port) => ({ protocol: 'TCP', port }))
}
