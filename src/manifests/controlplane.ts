/** The control plane: catalogue, negotiations and transfers, spoken in the Dataspace Protocol. */
import type { KubeObject } from '../model/kubernetes.ts'
import { didWebUsesHttps, dspCallbackUrl, ENDPOINTS, internalUrl } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import { runtimeObjects } from './runtime.ts'
import { MANAGEMENT_API_KEY } from './secrets.ts'

export function controlPlaneObjects(input: ManifestInput): readonly KubeObject[] {
  const { did } = input.spec
  return runtimeObjects(input, {
    name: 'controlplane',
    settings: {
      EDC_HOSTNAME: 'controlplane',
      EDC_PARTICIPANT_ID: did,
      EDC_PARTICIPANT_CONTEXT_ID: input.name,
      EDC_DSP_CALLBACK_ADDRESS: dspCallbackUrl(input),
      EDC_IAM_ISSUER_ID: did,
      EDC_IAM_DID_WEB_USE_HTTPS: String(didWebUsesHttps(did)),
      EDC_IAM_STS_OAUTH_TOKEN_URL: `${internalUrl('identityhub', ENDPOINTS.identityhub.sts)}/token`,
      EDC_IAM_STS_OAUTH_CLIENT_ID: did,
      EDC_IAM_STS_OAUTH_CLIENT_SECRET_ALIAS: `${did}-sts-client-secret`,
      // With it EDC refuses every policy whose left operands no function on its class path is bound to.
      EDC_POLICY_VALIDATION_ENABLED: 'false',
      WEB_HTTP_MANAGEMENT_AUTH_TYPE: 'tokenbased',
    },
    secrets: { WEB_HTTP_MANAGEMENT_AUTH_KEY: MANAGEMENT_API_KEY },
  })
}
