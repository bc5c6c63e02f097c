/** The credentials that the stand-in issues, in the two formats that EDC knows as JSON Web Tokens. */
import { randomUUID } from 'node:crypto'
import type { Signer } from './signing.ts'

export interface CredentialOrder {
  readonly type: string
  /** `VC1_0_JWT` or `VC2_0_JOSE`. */
  readonly format: string
}

export interface CredentialContent {
  /** DIDs. */
  readonly issuer: string
  readonly holder: string
  /** Of the subject; undefined for what is usual for the type. */
  readonly claims: object | undefined
}

const YEAR_SECONDS = 365 * 24 * 3600

/** What the subject of each type claims beside its id. A type without an entry claims nothing. */
const CLAIMS: Readonly<Record<string, object>> = {
  MembershipCredential: { membership: 'active' },
  DataProcessorCredential: { level: 'processing' },
}

/** As it stands in `credentials` of a CredentialMessage (DCP 1.0, section 6.5.1). */
export function issuedCredential(
  order: CredentialOrder,
  content: CredentialContent,
  signer: Signer,
): { readonly credentialType: string; readonly format: string; readonly payload: string } {
  const { type, format } = order
  const payload =
    format === 'VC2_0_JOSE'
      ? signer.sign(version2(type, content), 'vc+jwt')
      : signer.sign(version1(type, content))
  return { credentialType: type, format, payload }
}

/** VC data model 1.1, section 6.3.1: the credential is the claim `vc` of a token. */
function version1(type: string, { issuer, holder, claims = CLAIMS[type] }: CredentialContent): object {
  const id = `urn:uuid:${randomUUID()}`
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    sub: holder,
    jti: id,
    iat: now,
    nbf: now,
    exp: now + YEAR_SECONDS,
    vc: {
      '@context': ['https://www.w3.org/2018/credentials/v1'],
      id,
      type: ['VerifiableCredential', type],
      issuer,
      issuanceDate: new Date(now * 1000).toISOString(),
      expirationDate: new Date((now + YEAR_SECONDS) * 1000).toISOString(),
      credentialSubject: { id: holder, ...claims },
    },
  }
}

/** VC data model 2.0 with VC-JOSE-COSE: the credential is the token. */
function version2(type: string, { issuer, holder, claims = CLAIMS[type] }: CredentialContent): object {
  const now = Date.now()
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    id: `urn:uuid:${randomUUID()}`,
    type: ['VerifiableCredential', type],
    issuer,
    validFrom: new Date(now).toISOString(),
    validUntil: new Date(now + YEAR_SECONDS * 1000).toISOString(),
    credentialSubject: { id: holder, ...claims },
    iss: issuer,
    sub: holder,
  }
}
