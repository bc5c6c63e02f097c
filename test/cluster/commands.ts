/** The command lines of the cluster's processes. Every one names the cluster's folder, by which it is recognised. */
import { join } from 'node:path'
import { kubeconfigFileOf } from './credentials.ts'

const certificateDirOf = (dir: string): string => join(dir, 'certificates')
/** Self-signed, made by the API server at its first start; the certificate that signed it is in the same file. */
export const serverCertificateOf = (dir: string): string => join(certificateDirOf(dir), 'apiserver.crt')
export const signingKeyOf = (dir: string): string => join(dir, 'service-accounts.key')
export const tokenFileOf = (dir: string): string => join(dir, 'tokens.csv')
export const auditPolicyOf = (dir: string): string => join(dir, 'audit-policy.yaml')
/** One JSON object a line (audit.k8s.io/v1, Event). */
export const auditLogOf = (dir: string): string => join(dir, 'audit.log')

export function etcdCommand(
  dir: string,
  { clients, peers }: { clients: number; peers: number },
): readonly string[] {
  return [
    `--data-dir=${join(dir, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${clients}`,
    `--advertise-client-urls=http://127.0.0.1:${clients}`,
    `--listen-peer-urls=http://127.0.0.1:${peers}`,
    '--quota-backend-bytes=4294967296',
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]
}

export interface ApiServerOptions {
  readonly port: number
  readonly etcd: string
  readonly audited?: boolean | undefined
}

/** Who there is, and who may do what: the same for every API server of the tests. */
export function accountFlags(dir: string): readonly string[] {
  return [
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${signingKeyOf(dir)}`,
    `--service-account-signing-key-file=${signingKeyOf(dir)}`,
    `--token-auth-file=${tokenFileOf(dir)}`,
    '--authorization-mode=RBAC,Node',
  ]
}

export function apiServerCommand(
  dir: string,
  { port, etcd, audited = false }: ApiServerOptions,
): readonly string[] {
  return [
    `--etcd-servers=${etcd}`,
    `--cert-dir=${certificateDirOf(dir)}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    // Found through the default route otherwise, which a machine without a network has not (RFC 5737, documentation).
    '--advertise-address=192.0.2.1',
    '--service-cluster-ip-range=10.96.0.0/16',
    ...accountFlags(dir),
    '--allow-privileged=true',
    // Names of simulated nodes mean nothing to a DNS server.
    '--kubelet-preferred-address-types=InternalIP',
    // Costs every deletion of a namespace with a claim another 5 s; see the controller below.
    '--disable-admission-plugins=StorageObjectInUseProtection',
    ...(audited ? [`--audit-policy-file=${auditPolicyOf(dir)}`, `--audit-log-path=${auditLogOf(dir)}`] : []),
  ]
}

export const withoutThrottle = ['--kube-api-qps=1000', '--kube-api-burst=2000']

/** A busy machine may starve KWOK of time for more than the usual 50 s. */
const NODE_GRACE_SECONDS = 300

export function controllerManagerCommand(
  dir: string,
  { nodeGraceSeconds = NODE_GRACE_SECONDS }: { nodeGraceSeconds?: number | undefined } = {},
): readonly string[] {
  return [
    ...asAdmin(dir),
    ...withoutThrottle,
    `--root-ca-file=${serverCertificateOf(dir)}`,
    `--service-account-private-key-file=${signingKeyOf(dir)}`,
    '--controllers=*,-persistentvolumeclaim-protection-controller',
    '--concurrent-deployment-syncs=20',
    '--concurrent-replicaset-syncs=20',
    '--concurrent-statefulset-syncs=20',
    '--concurrent-namespace-syncs=20',
    '--concurrent-serviceaccount-token-syncs=20',
    `--node-monitor-grace-period=${nodeGraceSeconds}s`,
    '--node-monitor-period=1s',
  ]
}

export function schedulerCommand(dir: string): readonly string[] {
  return [...asAdmin(dir), ...withoutThrottle]
}

export function asAdmin(dir: string): readonly string[] {
  const kubeconfig = kubeconfigFileOf(dir, 'admin')
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
  ]
}

export function kwokCommand(dir: string): readonly string[] {
  const stages = ['node', 'pod', 'pod-faults', 'volume'].map((name) =>
    join(import.meta.dirname, 'stages', `${name}.yaml`),
  )
  return [
    `--kubeconfig=${kubeconfigFileOf(dir, 'admin')}`,
    '--manage-all-nodes=true',
    '--node-ip=127.0.0.1',
    '--cidr=10.244.0.0/16',
    '--v=WARN',
    ...stages.map((file) => `--config=${file}`),
  ]
}
