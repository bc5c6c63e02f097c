/**
 * The secret values of a participant. Each random value stands in exactly one Secret, so that a crash between two Secrets
 * cannot leave two places that disagree about a password.
 */
import type { Secret } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { ROTATION_ANNOTATION } from '../model/names.ts'
import type { ComponentName } from '../model/participant.ts'
import { type RuntimeName } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import { metadataOf } from './metadata.ts'
import { TOKENS_SECRET, VAULT_USERS, vaultToken } from './vault-access.ts'

/** One key of one Secret. */
export interface SecretKey {
  readonly secret: string
  readonly key: string
}

const POSTGRES_SECRET = 'postgres-credentials'
export const ADMIN_PASSWORD: SecretKey = { secret: POSTGRES_SECRET, key: 'admin-password' }
export const MANAGEMENT_API_KEY: SecretKey = { secret: 'controlplane-credentials', key: 'management-api-key' }
export const SUPERUSER_API_KEY: SecretKey = { secret: 'identityhub-credentials', key: 'superuser-api-key' }

/** Each with a role and a database of its own. */
export const DATABASES: readonly RuntimeName[] = ['controlplane', 'dataplane', 'identityhub']

/** EDC wants an API key of the identity hub to begin with the base64 of its user's id, here `super-user`. */
const SUPERUSER_PREFIX = 'c3VwZXItdXNlcg==.'

export function databasePassword(runtime: RuntimeName): SecretKey {
  return { secret: POSTGRES_SECRET, key: `${runtime}-password` }
}

/**
 * Each with a new value for every key, and with the request for new values that these answer to; which of them are written
 * is for the plan to say. `newSecret` answers at least 256 random bits as printable ASCII, another text at every call.
 */
export function renderSecrets(input: ManifestInput, newSecret: () => string): readonly KubeObject[] {
  const databaseKeys = [ADMIN_PASSWORD, ...DATABASES.map(databasePassword)]
  return [
    secretObject(input, 'postgres', {
      name: POSTGRES_SECRET,
      values: Object.fromEntries(databaseKeys.map(({ key }) => [key, newSecret()])),
    }),
    secretObject(input, 'identityhub', {
      name: SUPERUSER_API_KEY.secret,
      values: { [SUPERUSER_API_KEY.key]: SUPERUSER_PREFIX + newSecret() },
    }),
    secretObject(input, 'controlplane', {
      name: MANAGEMENT_API_KEY.secret,
      values: { [MANAGEMENT_API_KEY.key]: newSecret() },
    }),
    ...(input.profile.edc?.sharesVault === true ? [tokenSecret(input, newSecret)] : []),
  ]
}

function tokenSecret(input: ManifestInput, newSecret: () => string): KubeObject {
  const keys = VAULT_USERS.map(vaultToken)
  return secretObject(input, 'vault', {
    name: TOKENS_SECRET,
    values: Object.fromEntries(keys.map(({ key }) => [key, newSecret()])),
  })
}

function secretObject(
  input: ManifestInput,
  component: ComponentName,
  { name, values }: { readonly name: string; readonly values: Record<string, string> },
): KubeObject & Secret {
  const { rotation } = input
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...metadataOf(input, component, name),
      ...(rotation !== undefined && { annotations: { [ROTATION_ANNOTATION]: rotation } }),
    },
    type: 'Opaque',
    stringData: values,
  }
}
