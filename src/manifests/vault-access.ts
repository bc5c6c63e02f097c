/** How the runtimes use the vault of a participant that is seeded: their settings, their folders, and the rights that go with them. */
import { type RuntimeName, VAULT_PORT } from './addresses.ts'
import type { ManifestInput } from './input.ts'
import type { Runtime } from './runtime.ts'
import type { SecretKey } from './secrets.ts'

export const TOKENS_SECRET = 'vault-tokens'

/** Each has a token of its own. */
export const VAULT_USERS: readonly RuntimeName[] = ['identityhub', 'controlplane', 'dataplane']

/** Below `secret/`. The control plane has none: it reads one entry of the identity hub's. */
const FOLDERS: Readonly<Partial<Record<RuntimeName, string>>> = {
  identityhub: 'identityhub',
  dataplane: 'dataplane',
}

/** The id of its token: random, and made before the vault knows it. */
export function vaultToken(runtime: RuntimeName): SecretKey {
  return { secret: TOKENS_SECRET, key: `${runtime}-token` }
}

/** What a runtime needs to keep its secrets in the vault; nothing where they stay in its memory. */
export function vaultSettings(
  { profile }: ManifestInput,
  runtime: RuntimeName,
): Required<Pick<Runtime, 'settings' | 'secrets'>> {
  if (profile.edc?.sharesVault !== true) return { settings: {}, secrets: {} }
  const folder = FOLDERS[runtime]
  return {
    settings: {
      EDC_VAULT_HASHICORP_URL: `http://vault:${VAULT_PORT}`,
      ...(folder !== undefined && { EDC_VAULT_HASHICORP_FOLDER: folder }),
    },
    secrets: { EDC_VAULT_HASHICORP_TOKEN: vaultToken(runtime) },
  }
}

/** Names the secret that the identity hub writes when it makes the wallet, in the hub's own folder. */
export function sharedSecretAlias(participant: string): string {
  return `${FOLDERS.identityhub}/${participant}-sts-client-secret`
}

/** The least rights with which a runtime works, in OpenBao's policy language. */
export function vaultPolicy(runtime: RuntimeName, participant: string): string {
  const folder = FOLDERS[runtime]
  const own = folderRights(folder === undefined ? '+' : `${folder}/+`)
  return runtime === 'controlplane'
    ? `${own}\npath "secret/data/${sharedSecretAlias(participant)}" { capabilities = ["read"] }`
    : own
}

function folderRights(entries: string): string {
  return [
    `path "secret/data/${entries}" { capabilities = ["create", "read", "update"] }`,
    `path "secret/metadata/${entries}" { capabilities = ["delete"] }`,
  ].join('\n')
}
