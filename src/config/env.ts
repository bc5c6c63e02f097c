/** The one table of settings: flag, variable, default, meaning. Help, documentation and reading all come from here. */

export interface Setting {
  /** `--flag`. */
  readonly flag: string
  /** Environment variable; the flag wins. */
  readonly variable: string
  /** What the value looks like, for help. */
  readonly value: string
  /** What happens when it is not set. */
  readonly byDefault: string
  readonly meaning: string
}

export const SETTINGS = {
  port: {
    flag: 'port',
    variable: 'PORT',
    value: 'NUMBER',
    byDefault: '9999',
    meaning: 'Port of the HTTP API; 0 takes a free one and prints it.',
  },
  host: {
    flag: 'host',
    variable: 'HOST',
    value: 'ADDRESS',
    byDefault: '127.0.0.1; 0.0.0.0 in a pod',
    meaning: 'Address to listen on. Anything but a loopback address needs AUTH=tokens:FILE.',
  },
  healthPort: {
    flag: 'health-port',
    variable: 'HEALTH_PORT',
    value: 'NUMBER',
    byDefault: '9998; 0 when PORT is 0',
    meaning: 'Port of /livez, /readyz and /metrics; 0 takes a free one and prints it.',
  },
  kubeconfig: {
    flag: 'kubeconfig',
    variable: 'KUBECONFIG',
    value: 'FILE',
    byDefault: 'the service account in a pod, else the built-in cluster',
    meaning: 'Cluster to work on. ~/.kube/config is never taken up by itself.',
  },
  leaderElection: {
    flag: 'leader-election',
    variable: 'LEADER_ELECTION',
    value: 'on|off',
    byDefault: 'on; off on the built-in cluster',
    meaning:
      'One of several processes writes to the cluster, all answer. Off only for a process that is the only one: two that write undo each other.',
  },
  leaseNamespace: {
    flag: 'lease-namespace',
    variable: 'LEASE_NAMESPACE',
    value: 'NAME',
    byDefault: 'the namespace of the pod, else "default"',
    meaning: 'Namespace of the Lease "dataspace-provisioner" by which the leader is elected.',
  },
  kubeQps: {
    flag: 'kube-qps',
    variable: 'KUBE_QPS',
    value: 'NUMBER|off',
    byDefault: '1000',
    meaning:
      'Writes to the API server per second, in the long run, that no request asked for: objects of participants, and their status. Whatever it is, they pause while the API server says that it is busy (429).',
  },
  kubeBurst: {
    flag: 'kube-burst',
    variable: 'KUBE_BURST',
    value: 'NUMBER',
    byDefault: 'twice KUBE_QPS',
    meaning: 'How many of these writes may come at once after a time with fewer.',
  },
  participantAddress: {
    flag: 'participant-address',
    variable: 'PARTICIPANT_ADDRESS',
    value: 'TEMPLATE',
    byDefault: "Service names in a pod, else the API server's service proxy",
    meaning:
      'How the components of a participant are reached for seeding, for example http://{participant}.example:{port}. Placeholders: {participant}, {service}, {port}.',
  },
  store: {
    flag: 'store',
    variable: 'STORE',
    value: 'memory|redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE][?prefix=KEYS]',
    byDefault: 'memory',
    meaning:
      'Where finished answers live. With Redis 6.2 or newer (rediss:// for TLS) the last verdicts survive a restart; one prefix for each cluster, "dsp:" by default. Set a password by the variable: others can read flags.',
  },
  unavailableAfter: {
    flag: 'unavailable-after',
    variable: 'UNAVAILABLE_AFTER',
    value: 'SECONDS',
    byDefault: '900',
    meaning:
      'An answer that the cluster has not confirmed for 120 s is marked stale; one of this age is not given any more (503). 120 to 604800.',
  },
  discoveryLegacy: {
    flag: 'discovery-legacy',
    variable: 'DISCOVERY_LEGACY',
    value: 'true|false',
    byDefault: 'discovery.legacy of the CONFIG file, else false',
    meaning:
      'Shows namespaces that the Go provisioner made as participants that are only observed; reads workloads of the whole cluster.',
  },
  auth: {
    flag: 'auth',
    variable: 'AUTH',
    value: 'none|tokens:FILE',
    byDefault: 'none',
    meaning:
      'Who may call. "none" is accepted on a loopback address only; a tokens file has one "caller token" pair a line.',
  },
  logLevel: {
    flag: 'log-level',
    variable: 'LOG_LEVEL',
    value: 'debug|info|warn|error',
    byDefault: 'info',
    meaning: 'Least severe log line that is written, to stderr.',
  },
  logFormat: {
    flag: 'log-format',
    variable: 'LOG_FORMAT',
    value: 'json|text',
    byDefault: 'text on a terminal, else json',
    meaning: 'How log lines are written.',
  },
  config: {
    flag: 'config',
    variable: 'CONFIG',
    value: 'FILE',
    byDefault: 'built-in profile and reserved names',
    meaning: 'YAML file with profiles, issuers, seed files, reserved names and discovery.',
  },
} as const satisfies Readonly<Record<string, Setting>>

export type SettingName = keyof typeof SETTINGS
export type Settings = Partial<Readonly<Record<SettingName, string>>>
