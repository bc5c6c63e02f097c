/**
 * The secret values of a participant. Each random value stands in exactly one Secret, so that a crash between the creation
 * of two Secrets cannot leave two places that disagree about a password.
 */
import type { Secret } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import type { ComponentName } from '../model/participant.ts'
import { type RuntimeName } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import { metadataOf } from './metadata.ts'
import { databasesSql } from './sql.ts'

/** One key of one Secret. */
export interface SecretKey {
  readonly secret: string
  readonly key: string
}

const POSTGRES_SECRET = 'postgres-credentials'
export const ADMIN_PASSWORD: SecretKey = { secret: POSTGRES_SECRET, key: 'admin-password' }
export const DATABASES_SQL: SecretKey = { secret: POSTGRES_SECRET, key: 'databases.sql' }
export const MANAGEMENT_API_KEY: SecretKey = { secret: 'controlplane-credentials', key: 'management-api-key' }
export const SUPERUSER_API_KEY: SecretKey = { secret: 'identityhub-credentials', key: 'superuser-api-key' }

const DATABASES: readonly RuntimeName[] = ['controlplane', 'dataplane', 'identityhub']

/** EDC wants an API key of the identity hub to begin with the base64 of its user's id, here `super-user`. */
const SUPERUSER_PREFIX = 'c3VwZXItdXNlcg==.'

export function databasePassword(runtime: RuntimeName): SecretKey {
  return { secret: POSTGRES_SECRET, key: `${runtime}-password` }
}

/**
 * Created once and never overwritten: their values are random. `newSecret` answers at least 256 random bits as printable
 * ASCII, another text at every call.
 */
export function renderSecrets(input: ManifestInput, newSecret: () => string): readonly KubeObject[] {
  const roles = DATABASES.map((name) => ({ name, password: newSecret() }))
  return [
    secretObject(input, 'postgres', {
      name: POSTGRES_SECRET,
      values: {
        [ADMIN_PASSWORD.key]: newSecret(),
        ...Object.fromEntries(roles.map(({ name, password }) => [databasePassword(name).key, password])),
        [DATABASES_SQL.key]: databasesSql(roles),
      },
    }),
    secretObject(input, 'identityhub', {
      name: SUPERUSER_API_KEY.secret,
      values: { [SUPERUSER_API_KEY.key]: SUPERUSER_PREFIX + newSecret() },
    }),
    secretObject(input, 'controlplane', {
      name: MANAGEMENT_API_KEY.secret,
      values: { [MANAGEMENT_API_KEY.key]: newSecret() },
    }),
  ]
}

function secretObject(
  input: ManifestInput,
  component: ComponentName,
  { name, values }: { readonly name: string; readonly values: Record<string, string> },
): KubeObject & Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadataOf(input, component, name),
    type: 'Opaque',
    stringData: values,
  }
}
