/**
 * What differs between the generations of EDC, as far as the doubles show it. Written down apart from the profiles of the
 * client, so that neither can be wrong without the other noticing. 0.15 is recorded from 0.15.1; the two newer ones are
 * written from upstream's changes.
 */

export const GENERATIONS = ['0.15', '0.16', '0.19'] as const
export type GenerationName = (typeof GENERATIONS)[number]

/** How JSON-LD comes back: with prefixes and single values bare, or in the terms of the newer context. */
export type Compaction = 'prefixed' | 'terms'

export interface Generation {
  /** Versions of the management API by their path. */
  readonly management: Readonly<Record<string, Compaction>>
  readonly identity: string
  readonly issuer: string
  readonly encodedIds: boolean
  readonly bearer: boolean
  readonly rights: 'roles' | 'scopes'
  /** The vault of the control plane is written through its API; else the hub writes into the one that both use. */
  readonly secretsApi: boolean
  readonly addressNeeded: boolean
  readonly deletesHolders: boolean
  readonly versions: {
    readonly controlplane: Readonly<Record<string, readonly object[]>>
    readonly identityhub: Readonly<Record<string, readonly object[]>>
  }
}

const version = (number: string, urlPath: string, maturity: string | null = 'stable'): object => ({
  version: number,
  urlPath,
  lastUpdated: '2025-11-12T16:00:00Z',
  maturity,
})

const EVERYWHERE = {
  version: [version('1.0.1', '/v1')],
  observability: [version('1.0.0', '/v1')],
}

const HUB_APIS = { sts: [version('1.0.0', '/v1')], credentials: [version('1.0.0', '/v1')], ...EVERYWHERE }

export const GENERATION: Readonly<Record<GenerationName, Generation>> = {
  '0.15': {
    management: { '/v3': 'prefixed', '/v4beta': 'terms' },
    identity: '/v1alpha',
    issuer: '/v1alpha',
    encodedIds: true,
    bearer: false,
    rights: 'roles',
    secretsApi: true,
    addressNeeded: true,
    deletesHolders: false,
    versions: {
      controlplane: {
        management: [version('3.1.4', '/v3'), version('4.0.0-beta', '/v4beta', 'beta')],
        control: [version('2.1.0', '/v1')],
        ...EVERYWHERE,
      },
      identityhub: { identity: [version('1.0.0-alpha', '/v1alpha', null)], ...HUB_APIS },
    },
  },
  '0.16': {
    management: { '/v3': 'prefixed', '/v4': 'terms' },
    identity: '/v1alpha',
    issuer: '/v1alpha',
    encodedIds: false,
    bearer: true,
    rights: 'roles',
    secretsApi: false,
    addressNeeded: false,
    deletesHolders: false,
    versions: {
      controlplane: {
        management: [
          version('3.1.4', '/v3', 'deprecated'),
          version('4.0.0', '/v4'),
          version('5.0.0-beta', '/v5beta', 'beta'),
        ],
        ...EVERYWHERE,
      },
      identityhub: { identity: [version('1.0.0-alpha', '/v1alpha', null)], ...HUB_APIS },
    },
  },
  '0.19': {
    management: { '/v4': 'terms' },
    identity: '/v1beta',
    issuer: '/v1beta',
    encodedIds: false,
    bearer: true,
    rights: 'scopes',
    secretsApi: false,
    addressNeeded: false,
    deletesHolders: true,
    versions: {
      controlplane: {
        management: [version('4.1.0', '/v4'), version('5.0.0-beta', '/v5beta', 'beta')],
        ...EVERYWHERE,
      },
      identityhub: { identity: [version('1.0.0-beta', '/v1beta', 'beta')], ...HUB_APIS },
    },
  },
}

/** The key that came with a request, in the header where this generation looks for it. */
export function keyOf(
  { bearer }: Generation,
  headers: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return bearer ? headers['authorization']?.replace(/^Bearer /u, '') : headers['x-api-key']
}

/** The id that stands in a path; undefined when it is no base64 where base64 has to be. */
export function idInPath({ encodedIds }: Generation, text: string): string | undefined {
  if (!encodedIds) return decodeURIComponent(text)
  const digits = decodeURIComponent(text).replace(/=+$/u, '')
  return /^[A-Za-z0-9+/]+$/u.test(digits) && digits.length % 4 !== 1
    ? Buffer.from(digits, 'base64').toString('utf8')
    : undefined
}
