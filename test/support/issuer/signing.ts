/** The stand-in's key, and what is signed with it: JSON Web Tokens with ES256 (RFC 7515, RFC 7518). */
import { generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto'

export interface Signer {
  /** Of the public key, as a DID document has it. */
  readonly jwk: JsonWebKey
  /** A compact JWS; `typ` goes into its header. */
  sign(claims: object, typ?: string): string
}

/** A new key at every call; `kid` is its id in the DID document. */
export function newSigner(kid: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    jwk: publicKey.export({ format: 'jwk' }),
    sign(claims, typ) {
      const header = { alg: 'ES256', kid, ...(typ !== undefined && { typ }) }
      const content = `${base64url(header)}.${base64url(claims)}`
      const signature = sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      return `${content}.${signature.toString('base64url')}`
    },
  }
}

/** The claims of a JWS, unverified; an empty object when it is none. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const body = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return body === '' ? {} : (JSON.parse(body) as Record<string, unknown>)
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
