/** Asks the issuers of the configuration what seeding would ask of them, by a question that changes nothing. */
import { EdcError, type EdcErrorKind } from './edc/errors.ts'
import { Guard } from './edc/guard.ts'
import { EDC_TUNING } from './edc/tuning.ts'
import { openWeb, type Web } from './edc/web.ts'
import type { Kube } from './kube/kube.ts'
import { SpecError } from './model/errors.ts'
import { openIssuer } from './reconcile/seeding/seeding.ts'
import type { IssuerSettings, SeedSettings } from './seed/settings.ts'

export interface IssuerQuestion {
  readonly did: string
  /** Of the admin API. */
  readonly address: string
  /** Undefined when it answers as an issuer and takes the key. Rejects as calls to the API server do. */
  readonly ask: () => Promise<IssuerTrouble | undefined>
}

export interface IssuerTrouble {
  /** `no-key`: the Secret or its entry is not there. */
  readonly kind: EdcErrorKind | 'no-key'
  readonly message: string
}

/** Somebody waits for the answer. */
const TUNING = { ...EDC_TUNING, attemptMs: 5_000 }

/** A holder that no issuer has: `.invalid` is nobody's (RFC 2606). */
const NOBODY = 'did:web:doctor.invalid'

interface Way {
  readonly web: Web
  readonly kube: Pick<Kube, 'get'>
}

/** Of each issuer that a profile uses, once. Connections end with the stack. */
export function openIssuerQuestions(
  stack: AsyncDisposableStack,
  { profiles }: Pick<SeedSettings, 'profiles'>,
  kube: Pick<Kube, 'get'>,
): readonly IssuerQuestion[] {
  const way = { web: stack.use(openWeb()), kube }
  const issuers = new Map([...profiles.values()].map(({ issuer }) => [issuer.issuerDid, issuer]))
  return [...issuers.values()].map((issuer) => ({
    did: issuer.issuerDid,
    address: issuer.address.href,
    ask: async () => await ask(issuer, way),
  }))
}

async function ask(issuer: IssuerSettings, { web, kube }: Way): Promise<IssuerTrouble | undefined> {
  const { signal } = new AbortController()
  const shared = { guard: new Guard(TUNING, () => performance.now()), tuning: TUNING }
  const ways = { toIssuer: (address: URL) => web.to(address), shared }
  try {
    const api = await openIssuer({ kube, signal, name: 'doctor' }, ways, issuer)
    await api.findHolder(NOBODY, signal)
    return undefined
  } catch (error) {
    if (error instanceof EdcError) return { kind: error.kind, message: error.message }
    if (error instanceof SpecError) return { kind: 'no-key', message: error.message }
    throw error
  }
}
