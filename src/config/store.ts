/** Where finished answers live, from `STORE`. A fault never repeats any part of the address: it may hold a password. */
import type { RedisAddress, StoreChoice } from '../model/store-choice.ts'

const DEFAULT_PORT = 6379
const DEFAULT_PREFIX = 'dsp:'

type Rule = (url: URL) => string | undefined

const rules: readonly Rule[] = [
  ({ protocol }) =>
    ['redis:', 'rediss:'].includes(protocol) ? undefined : 'must begin with redis:// or, with TLS, rediss://',
  ({ hostname }) => (hostname === '' ? 'names no host' : undefined),
  ({ pathname }) =>
    /^\/?$|^\/\d{1,5}$/u.test(pathname)
      ? undefined
      : 'must end with the number of a database, such as /0, or with none',
  ({ searchParams }) =>
    [...searchParams.keys()].every((key) => key === 'prefix')
      ? undefined
      : 'knows no option but prefix: redis://host/0?prefix=my-cluster:',
  ({ searchParams }) =>
    /^[\w:.{}-]{0,64}$/u.test(searchParams.get('prefix') ?? '')
      ? undefined
      : 'must have a prefix of at most 64 letters, digits and characters of ":.{}_-"',
  ({ hash }) => (hash === '' ? undefined : `must have no "#"; ${ENCODE}`),
  ({ username, password }) =>
    decoded(username) === undefined || decoded(password) === undefined
      ? `has a user or password that is not percent-encoded; ${ENCODE}`
      : undefined,
]

const ENCODE = 'write special characters of a password percent-encoded'

/** Faults are sentences that begin with STORE. */
export function readStore(text: string | undefined, faults: string[]): StoreChoice {
  if (text === undefined || text === 'memory') return { kind: 'memory' }
  const url = URL.parse(text)
  const found =
    url === null
      ? [`must be "memory" or an address such as redis://:password@host:6379/0; ${ENCODE}`]
      : rules.flatMap((rule) => rule(url) ?? [])
  faults.push(...found.map((fault) => `STORE ${fault}`))
  return url === null || found.length > 0 ? { kind: 'memory' } : { kind: 'redis', address: addressOf(url) }
}

function addressOf({
  protocol,
  hostname,
  port,
  pathname,
  username,
  password,
  searchParams,
}: URL): RedisAddress {
  return {
    host: hostname.replaceAll(/^\[|\]$/gu, ''),
    port: port === '' ? DEFAULT_PORT : Number(port),
    database: Number(pathname.slice(1)),
    tls: protocol === 'rediss:',
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    prefix: searchParams.get('prefix') ?? DEFAULT_PREFIX,
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
