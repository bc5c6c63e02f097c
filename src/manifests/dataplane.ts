/** The data plane: moves the data that the control plane has negotiated. */
import type { KubeObject } from '../model/kubernetes.ts'
import { ENDPOINTS, internalUrl } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import { runtimeObjects } from './runtime.ts'

export function dataPlaneObjects(input: ManifestInput): readonly KubeObject[] {
  return runtimeObjects(input, {
    name: 'dataplane',
    settings: {
      EDC_HOSTNAME: 'dataplane',
      EDC_PARTICIPANT_ID: input.spec.did,
      EDC_DPF_SELECTOR_URL: `${internalUrl('controlplane', ENDPOINTS.controlplane.control)}/v1/dataplanes`,
      // Names of keys in the vault, not keys.
      EDC_TRANSFER_PROXY_TOKEN_SIGNER_PRIVATEKEY_ALIAS: 'dataplane-private',
      EDC_TRANSFER_PROXY_TOKEN_VERIFIER_PUBLICKEY_ALIAS: 'dataplane-public',
      ...(input.profile.edc !== undefined && {
        // Otherwise every start registers one more data plane under a random name.
        EDC_COMPONENT_ID: 'dataplane',
        // The vault is asked for it.
        EDC_PARTICIPANT_CONTEXT_ID: input.name,
      }),
    },
  })
}
