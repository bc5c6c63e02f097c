/** The command lines of a node's processes. Ports may be fixed: the network is the node's own. */
import { join } from 'node:path'
import { accountFlags, asAdmin, serverCertificateOf, signingKeyOf, withoutThrottle } from '../commands.ts'
import { kubeconfigFileOf } from '../credentials.ts'
import { kubeletClientOf, NODE_NAME } from './files.ts'
import { type NodeNetwork, SERVICES } from './network.ts'

export const ETCD = { clients: 2379, peers: 2380 }
const API_SERVER_PORT = 6443

export function apiServerAddress({ node }: NodeNetwork): string {
  return `https://${node}:${API_SERVER_PORT}`
}

/** Admission as it is by default: Pod Security and everything else that a cluster of machines enforces. */
export function apiServerCommand(dir: string, { node }: NodeNetwork): readonly string[] {
  const { cert, key } = kubeletClientOf(dir)
  return [
    `--etcd-servers=http://127.0.0.1:${ETCD.clients}`,
    `--cert-dir=${join(dir, 'certificates')}`,
    `--bind-address=${node}`,
    `--advertise-address=${node}`,
    `--secure-port=${API_SERVER_PORT}`,
    `--service-cluster-ip-range=${SERVICES}`,
    ...accountFlags(dir),
    // As on most clusters: what pods may be is for Pod Security to say.
    '--allow-privileged=true',
    '--kubelet-preferred-address-types=InternalIP',
    `--kubelet-client-certificate=${cert}`,
    `--kubelet-client-key=${key}`,
  ]
}

export function controllerManagerCommand(dir: string): readonly string[] {
  return [
    ...asAdmin(dir),
    ...withoutThrottle,
    `--root-ca-file=${serverCertificateOf(dir)}`,
    `--service-account-private-key-file=${signingKeyOf(dir)}`,
    `--flex-volume-plugin-dir=${join(dir, 'volume-plugins')}`,
  ]
}

export function kubeletCommand(dir: string, { node }: NodeNetwork): readonly string[] {
  return [
    `--config=${join(dir, 'kubelet.yaml')}`,
    `--kubeconfig=${kubeconfigFileOf(dir, 'admin')}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${node}`,
    `--root-dir=${join(dir, 'kubelet')}`,
    `--cert-dir=${join(dir, 'kubelet', 'pki')}`,
  ]
}

export const proxyCommand = (dir: string): readonly string[] => [`--config=${join(dir, 'proxy.yaml')}`]

export const corednsCommand = (dir: string): readonly string[] => [`-conf=${join(dir, 'Corefile')}`]

export function companionCommand(dir: string, { node }: NodeNetwork): readonly string[] {
  return [process.execPath, join(import.meta.dirname, 'companion.ts'), `--dir=${dir}`, `--address=${node}`]
}
