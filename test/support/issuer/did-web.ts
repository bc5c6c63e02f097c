/** Where a `did:web` document lies, and the parts of a document that the stand-in needs. */

export interface DidService {
  readonly id: string
  readonly type: string
  readonly serviceEndpoint: string
}

export interface DidDocument {
  readonly id: string
  readonly service?: readonly DidService[]
}

export type Fetch = typeof globalThis.fetch

/** By http, as EDC fetches it with `edc.iam.did.web.use.https=false`. */
export function didWebUrl(did: string): string {
  const [host = '', ...path] = did.slice('did:web:'.length).split(':')
  return `http://${decodeURIComponent(host)}/${path.length === 0 ? '.well-known' : path.join('/')}/did.json`
}

/** The address of a service of that type in the document of a DID. Throws when it has none. */
export async function serviceOf(did: string, type: string, fetch: Fetch): Promise<string> {
  const answer = await fetch(didWebUrl(did), { signal: AbortSignal.timeout(10_000) })
  if (answer.status !== 200) throw new Error(`the document of ${did} answered ${answer.status}`)
  const { service = [] } = (await answer.json()) as DidDocument
  const found = service.find((one) => one.type === type)
  if (found === undefined) throw new Error(`the document of ${did} has no ${type}`)
  return found.serviceEndpoint
}
