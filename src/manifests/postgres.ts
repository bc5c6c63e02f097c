/** PostgreSQL: one instance per participant, one role and database per EDC runtime. */
import type { KubeObject } from '../model/kubernetes.ts'
import { POSTGRES_PORT } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import { claimName, clusterService, containerPorts, serviceAccount, volumeClaim } from './objects.ts'
import { scratch } from './pod.ts'
import { execCheck, probesOf } from './probes.ts'
import { ADMIN_PASSWORD, DATABASES_SQL, type SecretKey } from './secrets.ts'
import { statefulSet } from './workloads.ts'

const DATA = '/var/lib/postgresql/data'
const CREDENTIALS = '/run/credentials'
const PORTS = { postgres: POSTGRES_PORT }

/** Group-readable, for the group of the pod. */
const SECRET_FILE_MODE = 0o440

export function postgresObjects(input: ManifestInput): readonly KubeObject[] {
  // By TCP, not by socket: while the image prepares the databases it serves the socket only, and is not ready yet.
  const isReady = execCheck([
    'pg_isready',
    '--host=127.0.0.1',
    '--username=postgres',
    `--port=${POSTGRES_PORT}`,
  ])
  return [
    volumeClaim(input, 'postgres'),
    serviceAccount(input, 'postgres'),
    clusterService(input, 'postgres', PORTS),
    statefulSet(input, {
      component: 'postgres',
      user: { uid: 999, gid: 999 },
      graceSeconds: 60,
      container: {
        env: [
          // Below the mount point: a fresh volume may hold lost+found, and initdb wants an empty folder.
          { name: 'PGDATA', value: `${DATA}/pgdata` },
          { name: 'POSTGRES_PASSWORD_FILE', value: `${CREDENTIALS}/${ADMIN_PASSWORD.key}` },
        ],
        ports: containerPorts(PORTS),
        ...probesOf({ startup: isReady, readiness: isReady, liveness: isReady, startWithinSeconds: 300 }),
      },
      mounts: [
        { name: 'data', mountPath: DATA },
        { name: 'socket', mountPath: '/var/run/postgresql' },
        { name: 'credentials', mountPath: CREDENTIALS, readOnly: true },
        { name: 'databases', mountPath: '/docker-entrypoint-initdb.d', readOnly: true },
      ],
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: claimName('postgres') } },
        scratch('socket'),
        { name: 'credentials', secret: secretFile(ADMIN_PASSWORD) },
        { name: 'databases', secret: secretFile(DATABASES_SQL) },
      ],
    }),
  ]
}

function secretFile({ secret, key }: SecretKey): {
  readonly secretName: string
  readonly defaultMode: number
  readonly items: { readonly key: string; readonly path: string }[]
} {
  return { secretName: secret, defaultMode: SECRET_FILE_MODE, items: [{ key, path: key }] }
}
