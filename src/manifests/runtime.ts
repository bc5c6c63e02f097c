/** What the three EDC runtimes have in common: settings from the environment, the observability API, a Deployment. */
import type { EnvVar } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { type Endpoint, ENDPOINTS, jdbcUrl, type RuntimeName } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import { clusterService, configMap, containerPorts, serviceAccount, settingsName } from './objects.ts'
import { httpCheck, probesOf } from './probes.ts'
import { databasePassword, type SecretKey } from './secrets.ts'
import { vaultSettings } from './vault-access.ts'
import { deployment } from './workloads.ts'

/** User and group `nonroot` of the distroless images. */
const NONROOT = { uid: 65532, gid: 65532 }

export interface Runtime {
  readonly name: RuntimeName
  /** EDC's keys in upper case with `_` for `.`; none of them secret. */
  readonly settings: Readonly<Record<string, string>>
  /** Likewise, each taken from a Secret. */
  readonly secrets?: Readonly<Record<string, SecretKey>>
}

export function runtimeObjects(input: ManifestInput, runtime: Runtime): readonly KubeObject[] {
  const { name } = runtime
  const vault = vaultSettings(input, name)
  const settings = { ...runtime.settings, ...vault.settings }
  const secrets = { ...runtime.secrets, ...vault.secrets }
  const endpoints: Readonly<Record<string, Endpoint>> = ENDPOINTS[name]
  const ports = Object.fromEntries(Object.entries(endpoints).map(([context, { port }]) => [context, port]))
  return [
    serviceAccount(input, name),
    configMap(input, name, { ...webSettings(endpoints), ...databaseSettings(name), ...settings }),
    clusterService(input, name, ports),
    deployment(input, {
      component: name,
      user: NONROOT,
      graceSeconds: 30,
      container: {
        envFrom: [{ configMapRef: { name: settingsName(name) } }],
        env: Object.entries({ ...secrets, EDC_DATASOURCE_DEFAULT_PASSWORD: databasePassword(name) }).map(
          secretVariable,
        ),
        ports: containerPorts(ports),
        // Ours waits for what it needs before it answers, as long as that may take to start itself; one of another image that
        // found it missing is healed by a new start.
        ...probesOf({
          startup: httpCheck('health', `${ENDPOINTS[name].health.path}/check/startup`),
          readiness: httpCheck('health', `${ENDPOINTS[name].health.path}/check/readiness`),
          liveness: httpCheck('health', `${ENDPOINTS[name].health.path}/check/liveness`),
          startWithinSeconds: 300,
        }),
      },
    }),
  ]
}

function webSettings(endpoints: Readonly<Record<string, Endpoint>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(endpoints).flatMap(([context, { port, path }]) => {
      const prefix = context === 'health' ? 'WEB_HTTP' : `WEB_HTTP_${context.toUpperCase()}`
      return [
        [`${prefix}_PORT`, String(port)],
        [`${prefix}_PATH`, path],
      ]
    }),
  )
}

function databaseSettings(name: RuntimeName): Record<string, string> {
  return {
    EDC_DATASOURCE_DEFAULT_URL: jdbcUrl(name),
    EDC_DATASOURCE_DEFAULT_USER: name,
    EDC_SQL_SCHEMA_AUTOCREATE: 'true',
  }
}

function secretVariable([name, { secret, key }]: readonly [string, SecretKey]): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } }
}
