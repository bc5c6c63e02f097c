/** The vault: OpenBao with raft storage on a volume, never in its development mode, which forgets everything. */
import type { KubeObject } from '../model/kubernetes.ts'
import { VAULT_PORT } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import {
  claimName,
  clusterService,
  configMap,
  containerPorts,
  serviceAccount,
  settingsName,
  volumeClaim,
} from './objects.ts'
import { httpCheck, probesOf } from './probes.ts'
import { statefulSet } from './workloads.ts'

const DATA = '/openbao/data'
const SETTINGS = '/openbao/config'
const SETTINGS_FILE = 'vault.json'
const CLUSTER_PORT = 8201
const PORTS = { vault: VAULT_PORT }

/**
 * A sealed or uninitialised vault answers 503 or 501. Here it counts as healthy: a restart cannot unseal it, and whoever
 * initialises and unseals it comes through the Service, which leads to ready pods only.
 */
const HEALTH = '/v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200'

export function vaultObjects(input: ManifestInput): readonly KubeObject[] {
  const health = httpCheck('vault', HEALTH)
  return [
    volumeClaim(input, 'vault'),
    serviceAccount(input, 'vault'),
    configMap(input, 'vault', { [SETTINGS_FILE]: JSON.stringify(vaultSettings(), null, 2) }),
    clusterService(input, 'vault', PORTS),
    statefulSet(input, {
      component: 'vault',
      user: { uid: 100, gid: 1000 },
      graceSeconds: 30,
      container: {
        command: ['bao', 'server', `-config=${SETTINGS}/${SETTINGS_FILE}`],
        ports: containerPorts(PORTS),
        ...probesOf({ startup: health, readiness: health, liveness: health, startWithinSeconds: 120 }),
      },
      mounts: [
        { name: 'data', mountPath: DATA },
        { name: 'settings', mountPath: SETTINGS, readOnly: true },
      ],
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: claimName('vault') } },
        { name: 'settings', configMap: { name: settingsName('vault') } },
      ],
    }),
  ]
}

/** OpenBao documentation, "Configuration": a file that ends in `.json` is read as JSON. */
function vaultSettings(): object {
  return {
    ui: false,
    log_format: 'json',
    api_addr: `http://vault:${VAULT_PORT}`,
    // There is one server only, so what its cluster port says never leaves the pod.
    cluster_addr: `http://127.0.0.1:${CLUSTER_PORT}`,
    listener: [
      {
        tcp: {
          address: `:${VAULT_PORT}`,
          cluster_address: `127.0.0.1:${CLUSTER_PORT}`,
          tls_disable: true,
        },
      },
    ],
    storage: { raft: { path: DATA, node_id: 'vault' } },
  }
}
