/** The wallet of a participant, which EDC calls a participant context of the identity hub: its body, and what to do about it. */
import type { JsonObject } from './definitions.ts'
import { credentialServicePath, type EdcProfile } from './profile.ts'

export interface WalletWish {
  /** Of the participant context; the control plane is set up with the same. */
  readonly contextId: string
  readonly did: string
  /** The base address of the hub's credentials API, as issuers and other participants reach it. */
  readonly credentialsUrl: string
  /** Where other participants reach the Dataspace Protocol, with its version. */
  readonly protocolUrl: string
  /** Of the wallet before, a JWK, when its private key is in the vault still. Left out: both are new. */
  readonly publicKey?: JsonObject
}

export function walletBody(
  { contextId, did, publicKey, ...urls }: WalletWish,
  profile: EdcProfile,
): JsonObject {
  const key = `${did}#key-1`
  return {
    participantContextId: contextId,
    did,
    active: true,
    [profile.identity.rights]: [],
    serviceEndpoints: [
      {
        id: `${contextId}-credential-service`,
        type: 'CredentialService',
        serviceEndpoint: urls.credentialsUrl + credentialServicePath(profile, contextId),
      },
      { id: `${contextId}-protocol`, type: 'ProtocolEndpoint', serviceEndpoint: urls.protocolUrl },
    ],
    key: {
      keyId: key,
      privateKeyAlias: key,
      ...(publicKey === undefined
        ? { keyGeneratorParams: { algorithm: 'EC' } }
        : { publicKeyJwk: publicKey }),
    },
  }
}

/** As the identity hub tells it. */
export interface LiveWallet {
  readonly did: string
  readonly active: boolean
}

/** What is kept of the answer that created the wallet. It is given once only. */
export interface HeldWallet {
  readonly clientId: string
  /** Left out where the hub writes it into the shared vault itself. */
  readonly clientSecret?: string
  /** Left out where the generation has no keys of that kind. */
  readonly apiKey?: string
  /** A JWK. Left out until it was seen to fit the private key, and where that does not outlive the hub. */
  readonly publicKey?: JsonObject
}

/** What the token service says to a secret: `unsigned` when it takes it, but has no key to sign a token with. */
export type SecretTrial = 'works' | 'refused' | 'unsigned'

export interface WalletFacts {
  readonly did: string
  readonly live: LiveWallet | undefined
  /** From the Secret that the answer is stored in. */
  readonly held: HeldWallet | undefined
  /** Of the secret that is held; undefined when the token service was not asked. */
  readonly trial: SecretTrial | undefined
}

export type WalletDecision =
  | { readonly do: 'create' }
  | { readonly do: 'activate' }
  /** Delete it and create it again: nothing else gives back a secret. Credentials stay in the hub, they belong to the DID. */
  | {
      readonly do: 'replace'
      readonly why: 'SecretUnknown' | 'SecretRefused' | 'KeyLost'
      readonly message: string
    }
  /** It works; its public key is to be remembered, so that it can be made anew with it. */
  | { readonly do: 'remember-key' }
  | { readonly do: 'leave' }
  | { readonly do: 'stall'; readonly reason: 'WalletForeign' | 'WalletKeyLost'; readonly message: string }

interface WalletRule {
  readonly holds: (facts: WalletFacts, profile: EdcProfile) => boolean
  readonly decision: (facts: WalletFacts) => WalletDecision
}

/** First match wins. */
const RULES: readonly WalletRule[] = [
  { holds: ({ live }) => live === undefined, decision: () => ({ do: 'create' }) },
  {
    holds: ({ live, did }) => live?.did !== did,
    decision: ({ live, did }) => ({
      do: 'stall',
      reason: 'WalletForeign',
      message: `the identity hub holds a wallet of that name for ${live?.did ?? 'nobody'} instead of ${did}; delete that wallet if nobody needs it`,
    }),
  },
  {
    holds: ({ held }, { secretHandOver }) =>
      held === undefined || (secretHandOver === 'secrets-api' && held.clientSecret === undefined),
    decision: () => ({
      do: 'replace',
      why: 'SecretUnknown',
      message: 'the wallet exists, but the answer with its secret was lost; it is made anew',
    }),
  },
  {
    holds: ({ trial }) => trial === 'refused',
    decision: () => ({
      do: 'replace',
      why: 'SecretRefused',
      message: 'the token service refuses the secret that is held; the wallet is made anew',
    }),
  },
  {
    // Made a moment ago, with a key of before: nobody has seen a token of it.
    holds: ({ trial, held }) => trial === 'unsigned' && held?.publicKey === undefined,
    decision: () => ({
      do: 'replace',
      why: 'KeyLost',
      message: 'the private key of the wallet before is lost; the wallet is made anew with another',
    }),
  },
  {
    holds: ({ trial }) => trial === 'unsigned',
    decision: () => ({
      do: 'stall',
      reason: 'WalletKeyLost',
      message:
        'the private key of the wallet, with which it worked, is not in the vault any more; restore the vault, or delete the Secret wallet-credentials: then the wallet is made anew, with another key',
    }),
  },
  { holds: ({ live }) => live?.active === false, decision: () => ({ do: 'activate' }) },
  {
    holds: ({ held }, { secretHandOver }) =>
      secretHandOver === 'shared-vault' && held?.publicKey === undefined,
    decision: () => ({ do: 'remember-key' }),
  },
]

export function decideWallet(facts: WalletFacts, profile: EdcProfile): WalletDecision {
  return RULES.find(({ holds }) => holds(facts, profile))?.decision(facts) ?? { do: 'leave' }
}
