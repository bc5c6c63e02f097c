/** How a generation of EDC wants to be spoken to: the data that the client and the bodies are made from. */

export const EDC_PROFILES = ['edc-0.15', 'edc-0.16', 'edc-0.19'] as const
export type EdcProfileName = (typeof EDC_PROFILES)[number]

export interface EdcProfile {
  readonly name: EdcProfileName
  /** `recorded`: held against real processes. `documented`: only against doubles written from upstream's changes. */
  readonly evidence: 'recorded' | 'documented'
  /** `api-key`: header `x-api-key`. `bearer`: header `authorization`, with a token that somebody else issues. */
  readonly authentication: 'api-key' | 'bearer'
  /** How an id of a participant context stands in a path. */
  readonly pathIds: 'base64' | 'plain'
  readonly management: {
    /** Below the path of the management API. */
    readonly path: string
    /** The JSON-LD context of every body. */
    readonly context: string
    /** Whether an asset says where its data lies; later that is told to the data plane instead. */
    readonly assetsHaveAddress: boolean
  }
  readonly identity: {
    readonly path: string
    /** What the rights of a participant context are called. */
    readonly rights: 'roles' | 'scopes'
  }
  readonly issuer: { readonly path: string; readonly removesHolders: boolean }
  /**
   * How the control plane gets the secret for the token service: by its secrets API, from the answer that created the
   * wallet; or the identity hub itself writes it into a vault that both use.
   */
  readonly secretHandOver: 'secrets-api' | 'shared-vault'
  readonly credentialFormat: 'VC1_0_JWT' | 'VC2_0_JOSE'
}

/** An id of a participant context as it stands in a path. Neither form needs escaping for names and DIDs. */
export function pathId({ pathIds }: EdcProfile, id: string): string {
  return pathIds === 'base64' ? base64(id) : encodeURIComponent(id)
}

/** Standard base64 of the UTF-8 bytes. */
function base64(text: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text)))
}

/** Where the credential service of a participant answers, below the path of the credentials API. */
export function credentialServicePath(profile: EdcProfile, contextId: string): string {
  return `/v1/participants/${pathId(profile, contextId)}`
}

/** Its control plane takes secrets from nobody: the identity hub has to write into a vault of both. */
export function needsSharedVault({ secretHandOver }: EdcProfile): boolean {
  return secretHandOver === 'shared-vault'
}

/** What to do when such a one is to do without. */
export function vaultNeeded(name: EdcProfileName): string {
  return `runtimes of ${name} can hand over the secret of a wallet only in a vault that they share; leave out "vault: memory"`
}

/** The name under which the control plane looks for its secret; its settings have to say the same. */
export function stsSecretAlias(
  { secretHandOver }: EdcProfile,
  { contextId, clientId }: { readonly contextId: string; readonly clientId: string },
): string {
  return `${secretHandOver === 'secrets-api' ? clientId : contextId}-sts-client-secret`
}
