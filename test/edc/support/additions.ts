/**
 * What the runtimes need beside what the manifests render, and the rights in the vault that go with it. All of it is a
 * setting of EDC or of `runtimes/`; `runtimes/README.md` explains each.
 */
import type { RuntimeName } from '../../../src/manifests/addresses.ts'
import type { Environment } from './environment.ts'

export interface Additions {
  readonly participant: string
  readonly vault: { readonly url: string; readonly token: string }
  /** DIDs. */
  readonly trustedIssuers: readonly string[]
}

/** Names the secret that the hub writes when it makes the wallet, in the hub's own folder. */
function sharedSecretAlias(participant: string): string {
  return `identityhub/${participant}-sts-client-secret`
}

export function additionsFor(
  runtime: RuntimeName,
  { participant, vault, trustedIssuers }: Additions,
): Environment {
  const common = { EDC_VAULT_HASHICORP_URL: vault.url, EDC_VAULT_HASHICORP_TOKEN: vault.token }
  switch (runtime) {
    case 'identityhub':
      return { ...common, EDC_VAULT_HASHICORP_FOLDER: 'identityhub' }
    case 'controlplane':
      return {
        ...common,
        EDC_IAM_STS_OAUTH_CLIENT_SECRET_ALIAS: sharedSecretAlias(participant),
        EDC_POLICY_VALIDATION_ENABLED: 'true',
        // EDC reads `edc.iam.trusted-issuer.*`: only the hyphen keeps its place, and variables may have one.
        ...Object.fromEntries(trustedIssuers.map((did, at) => [`EDC_IAM_TRUSTED-ISSUER_${at}_ID`, did])),
      }
    case 'dataplane':
      return {
        ...common,
        EDC_VAULT_HASHICORP_FOLDER: 'dataplane',
        EDC_PARTICIPANT_CONTEXT_ID: participant,
        // Otherwise every start registers one more data plane under a random name.
        EDC_COMPONENT_ID: 'dataplane',
      }
  }
}

/** The least rights with which each runtime works, in OpenBao's policy language. */
export function vaultPolicy(runtime: RuntimeName, participant: string): string {
  switch (runtime) {
    case 'identityhub':
      return folderRights('identityhub/+')
    case 'controlplane':
      return `${folderRights('+')}\npath "secret/data/${sharedSecretAlias(participant)}" { capabilities = ["read"] }`
    case 'dataplane':
      return folderRights('dataplane/+')
  }
}

function folderRights(entries: string): string {
  return [
    `path "secret/data/${entries}" { capabilities = ["create", "read", "update"] }`,
    `path "secret/metadata/${entries}" { capabilities = ["delete"] }`,
  ].join('\n')
}
