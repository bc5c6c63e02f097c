/** PostgreSQL: one instance per participant, one role and database per EDC runtime. */
import type { KeyToPath, Volume } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { POSTGRES_PORT } from './addresses.ts'
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
import { scratch } from './pod.ts'
import { HOST_BASED_ACCESS, SETUP_SCRIPT } from './postgres-setup.ts'
import { execCheck, probesOf } from './probes.ts'
import { ADMIN_PASSWORD, DATABASES, databasePassword } from './secrets.ts'
import { databasesSql } from './sql.ts'
import { statefulSet } from './workloads.ts'

const DATA = '/var/lib/postgresql/data'
const SOCKET = '/var/run/postgresql'
const CREDENTIALS = '/run/credentials'
const SETTINGS = '/run/settings'
const PORTS = { postgres: POSTGRES_PORT }

/** Below the mount point: a fresh volume may hold lost+found. */
const PGDATA = { name: 'PGDATA', value: `${DATA}/pgdata` }

/** Group-readable, for the group of the pod. */
const SECRET_FILE_MODE = 0o440

export function postgresObjects(input: ManifestInput): readonly KubeObject[] {
  // By TCP, not by socket: whoever uses it comes that way.
  const isReady = execCheck([
    'pg_isready',
    '--host=127.0.0.1',
    '--username=postgres',
    `--port=${POSTGRES_PORT}`,
  ])
  const data = { name: 'data', mountPath: DATA }
  const settings = { name: 'settings', mountPath: SETTINGS, readOnly: true }
  return [
    volumeClaim(input, 'postgres'),
    serviceAccount(input, 'postgres'),
    configMap(input, 'postgres', {
      'setup.sh': SETUP_SCRIPT,
      'databases.sql': databasesSql(
        { name: 'postgres', passwordFile: ADMIN_PASSWORD.key },
        DATABASES.map((name) => ({ name, passwordFile: databasePassword(name).key })),
      ),
      'pg_hba.conf': HOST_BASED_ACCESS,
    }),
    clusterService(input, 'postgres', PORTS),
    statefulSet(input, {
      component: 'postgres',
      user: { uid: 999, gid: 999 },
      graceSeconds: 60,
      // The passwords are here only, not where the network leads to.
      setup: {
        name: 'databases',
        command: ['bash', `${SETTINGS}/setup.sh`],
        env: [PGDATA, { name: 'CREDENTIALS', value: CREDENTIALS }, { name: 'SETTINGS', value: SETTINGS }],
        mounts: [data, settings, { name: 'credentials', mountPath: CREDENTIALS, readOnly: true }],
      },
      container: {
        command: ['postgres', ...serverSettings()],
        env: [PGDATA],
        ports: containerPorts(PORTS),
        ...probesOf({ startup: isReady, readiness: isReady, liveness: isReady, startWithinSeconds: 300 }),
      },
      mounts: [data, settings, { name: 'socket', mountPath: SOCKET }],
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: claimName('postgres') } },
        { name: 'settings', configMap: { name: settingsName('postgres') } },
        { name: 'credentials', secret: credentialFiles() },
        scratch('socket'),
      ],
    }),
  ]
}

/** On the command line, where they win over the files of the volume, whatever those say. */
function serverSettings(): readonly string[] {
  const settings = {
    listen_addresses: '*',
    unix_socket_directories: SOCKET,
    hba_file: `${SETTINGS}/pg_hba.conf`,
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function credentialFiles(): NonNullable<Volume['secret']> {
  const keys = [ADMIN_PASSWORD, ...DATABASES.map(databasePassword)]
  const items: KeyToPath[] = keys.map(({ key }) => ({ key, path: key }))
  return { secretName: ADMIN_PASSWORD.secret, defaultMode: SECRET_FILE_MODE, items }
}
