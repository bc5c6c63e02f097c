/** The settings of what runs on a node: containerd, the network of its pods, kubelet, kube-proxy, CoreDNS. */
import { join } from 'node:path'
import { stringify } from 'yaml'
import { kubeconfigFileOf } from '../credentials.ts'
import type { NodeNetwork } from './network.ts'

/** Keeps the network of a pod while its containers come and go. */
export const PAUSE_IMAGE = 'localhost/pause:1'

export const NODE_NAME = 'node-1'
const CLUSTER_DOMAIN = 'cluster.local'

/** Names below it are those of the gateway, by which participants find each other; `machine` is this machine. */
export const DATASPACE_DOMAIN = 'dataspace.internal'

export const socketOf = (dir: string): string => join(dir, 'containerd.sock')
/** Where claims have their volumes. */
export const volumesOf = (dir: string): string => join(dir, 'volumes')
/** Of a provisioner, see profiles.ts. */
export const configOf = (dir: string): string => join(dir, 'profiles.yaml')
/** Server, certificate and token of the admin, as JSON. */
export const companionAccessOf = (dir: string): string => join(dir, 'companion.json')
/** The certificate that the API server shows to the kubelet, and its key. */
export const kubeletClientOf = (dir: string): { readonly cert: string; readonly key: string } => ({
  cert: join(dir, 'kubelet-client.crt'),
  key: join(dir, 'kubelet-client.key'),
})

/** By name in the node's folder. */
export function nodeFiles(dir: string, network: NodeNetwork): Readonly<Record<string, string>> {
  return {
    'containerd.toml': containerdSettings(dir),
    'cni/10-pods.conflist': JSON.stringify(podNetwork(dir, network)),
    'kubelet.yaml': stringify(kubeletSettings(dir, network)),
    'proxy.yaml': stringify(proxySettings(dir, network)),
    Corefile: corefile(dir, network),
    // The machine's own servers are out of reach from the node's network.
    'resolv.conf': `nameserver ${network.node}\n`,
  }
}

function containerdSettings(dir: string): string {
  return `version = 2
root = ${JSON.stringify(join(dir, 'containerd'))}
state = "/run/containerd"
[grpc]
  address = ${JSON.stringify(socketOf(dir))}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # A machine may lack the right to lower it.
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = ${JSON.stringify(join(dir, 'cni'))}
`
}

/** Point to point instead of a bridge: every packet between pods is routed, so Services need nothing of the kernel's bridge. */
function podNetwork(dir: string, { pods }: NodeNetwork): object {
  const ipam = {
    type: 'host-local',
    dataDir: join(dir, 'addresses'),
    ranges: [[{ subnet: pods }]],
    routes: [{ dst: '0.0.0.0/0' }],
  }
  return { cniVersion: '1.0.0', name: 'pods', plugins: [{ type: 'ptp', ipMasq: false, ipam }] }
}

function kubeletSettings(dir: string, { name, node }: NodeNetwork): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${socketOf(dir)}`,
    address: node,
    healthzBindAddress: node,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: kubeletClientOf(dir).cert },
    },
    authorization: { mode: 'AlwaysAllow' },
    clusterDNS: [node],
    clusterDomain: CLUSTER_DOMAIN,
    resolvConf: join(dir, 'resolv.conf'),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${name}`,
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    oomScoreAdj: 0,
    localStorageCapacityIsolation: false,
    makeIPTablesUtilChains: false,
    volumePluginDir: join(dir, 'volume-plugins'),
    // Images come from nowhere again.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
  }
}

function proxySettings(dir: string, { node, pods }: NodeNetwork): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig: kubeconfigFileOf(dir, 'admin') },
    hostnameOverride: NODE_NAME,
    clusterCIDR: pods,
    healthzBindAddress: node,
    metricsBindAddress: node,
    // Limits of the whole machine, which are not a node's to set.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  }
}

/** Names of the cluster, those of the dataspace, and no others: nothing else can be reached from here. */
function corefile(dir: string, { node, machine }: NodeNetwork): string {
  const answer = (address: string): string => `answer "{{ .Name }} 5 IN A ${address}"`
  const zone = (name: string, ...lines: string[]): string =>
    `${name}:53 {\n  bind ${node}\n  errors\n  ${lines.join('\n  ')}\n}\n`
  return [
    zone(
      CLUSTER_DOMAIN,
      `kubernetes ${CLUSTER_DOMAIN} {`,
      `  kubeconfig ${kubeconfigFileOf(dir, 'admin')}`,
      '}',
    ),
    zone(`machine.${DATASPACE_DOMAIN}`, 'template IN A {', answer(machine), '}', ...NO_MORE),
    zone(DATASPACE_DOMAIN, 'template IN A {', answer(node), '}', ...NO_MORE),
    zone('.', 'template IN ANY {', 'rcode NXDOMAIN', '}'),
  ].join('')
}

/** The name is there, and has addresses of no other kind. */
const NO_MORE = ['template IN ANY {', 'rcode NOERROR', '}']
