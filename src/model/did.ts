/** What counts as a DID, after W3C DID Core 1.0 §3.1: `did:method:method-specific-id`. */

export const DID_MAX_LENGTH = 512

/** The same pattern stands in the CRD; RE2 and JavaScript read it alike. */
export const DID_PATTERN =
  '^did:[a-z0-9]+:([A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*([A-Za-z0-9._-]|%[0-9A-Fa-f]{2})$'

const didPattern = new RegExp(DID_PATTERN, 'u')

/** Says why this text is not a DID, or nothing when it is. The text itself is not repeated. */
export function faultOfDid(did: string): string | undefined {
  if (did.length === 0) return 'did is empty'
  if (did.length > DID_MAX_LENGTH)
    return `did has ${did.length} characters, at most ${DID_MAX_LENGTH} are allowed`
  if (!didPattern.test(did))
    return 'did is not a DID: expected did:<method>:<identifier>, for example did:web:acme.example'
  return undefined
}
