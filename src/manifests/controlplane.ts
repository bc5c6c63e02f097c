/** The control plane: catalogue, negotiations and transfers, spoken in the Dataspace Protocol. */
import type { KubeObject } from '../model/kubernetes.ts'
import { didWebUsesHttps, dspCallbackUrl, ENDPOINTS, internalUrl } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import { runtimeObjects } from './runtime.ts'
import { MANAGEMENT_API_KEY } from './secrets.ts'
import { sharedSecretAlias } from './vault-access.ts'

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
      ...memberSettings(input),
      WEB_HTTP_MANAGEMENT_AUTH_TYPE: 'tokenbased',
    },
    secrets: { WEB_HTTP_MANAGEMENT_AUTH_KEY: MANAGEMENT_API_KEY },
  })
}

/** Whom it trusts, and where the secret lies with which it gets tokens of its own. */
function memberSettings({ name, spec, profile }: ManifestInput): Readonly<Record<string, string>> {
  const { trustedIssuers = [], sharesVault = false } = profile.edc ?? {}
  return {
    EDC_IAM_STS_OAUTH_CLIENT_SECRET_ALIAS: sharesVault
      ? sharedSecretAlias(name)
      : `${spec.did}-sts-client-secret`,
    // With it EDC refuses every policy whose left operands no function on its class path is bound to.
    EDC_POLICY_VALIDATION_ENABLED: String(profile.edc !== undefined),
    // EDC reads `edc.iam.trusted-issuer.*`: only the hyphen keeps its place, and variables may have one.
    ...Object.fromEntries(trustedIssuers.map((did, at) => [`EDC_IAM_TRUSTED-ISSUER_${at}_ID`, did])),
  }
}
