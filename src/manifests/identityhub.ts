/** The identity hub: DID document, key pairs, credentials and the secure token service of the participant. */
import type { KubeObject } from '../model/kubernetes.ts'
import { didWebUsesHttps } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import { runtimeObjects } from './runtime.ts'
import { SUPERUSER_API_KEY } from './secrets.ts'

export function identityHubObjects(input: ManifestInput): readonly KubeObject[] {
  return runtimeObjects(input, {
    name: 'identityhub',
    settings: {
      EDC_HOSTNAME: 'identityhub',
      EDC_IAM_DID_WEB_USE_HTTPS: String(didWebUsesHttps(input.spec.did)),
      EDC_IAM_ACCESSTOKEN_JTI_VALIDATION: 'true',
    },
    secrets: { EDC_IH_API_SUPERUSER_KEY: SUPERUSER_API_KEY },
  })
}
