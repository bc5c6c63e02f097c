/** Decides whether a cluster and a user of a kubeconfig can be used together, and makes their paths absolute. */
import { access as checkAccess, constants } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { addressOf, CredentialsError, mayCarrySecrets } from './server-address.ts'

export type Fields = Readonly<Record<string, unknown>>

/** An entry of a kubeconfig's `clusters`, `users` or `contexts`. */
export interface Entry {
  readonly name: string
  readonly fields: Fields
  /** Relative paths start here. */
  readonly folder: string
}

/** The cluster and the user of one context, checked. `cluster` and `user` hold secrets. */
export interface Login {
  readonly server: string
  readonly proxyUrl?: string
  /** The server's certificate is not verified. */
  readonly insecure: boolean
  /** `context kind-dev of /path`. */
  readonly origin: string
  /** The command of a credential plugin. */
  readonly plugin?: string
  readonly cluster: Fields
  readonly user: Fields
}

export interface LoginParts {
  readonly origin: string
  readonly cluster: Entry
  /** Left out for a context without a user: anonymous. */
  readonly user?: Entry | undefined
}

const CLUSTER_FILES = ['certificate-authority']
const USER_FILES = ['client-certificate', 'client-key', 'tokenFile']
const BEARERS = ['token', 'tokenFile', 'username', 'exec', 'auth-provider']
/** `KubeConfig` would drop them without a word and act with more or other rights than asked for. */
const UNSUPPORTED = ['as-uid', 'as-groups', 'as-user-extra']

/** Throws `CredentialsError`. */
export async function loginOf({ origin, ...parts }: LoginParts): Promise<Login> {
  const server = addressOf(
    requiredText(parts.cluster.fields, 'server', `the cluster of ${origin}`),
    `the server of ${origin}`,
  )
  const cluster: Fields = { ...withAbsoluteFiles(parts.cluster, CLUSTER_FILES), server }
  const user =
    parts.user === undefined ? {} : withAbsoluteCommand(parts.user, withAbsoluteFiles(parts.user, USER_FILES))
  const login: Login = {
    server,
    origin,
    insecure: cluster['insecure-skip-tls-verify'] === true,
    cluster,
    user,
    ...proxyOf(cluster, origin),
    ...(isFields(user['exec']) ? { plugin: String(user['exec']['command']) } : {}),
  }
  const fault = faultOf(login)
  if (fault !== undefined) throw new CredentialsError(`${origin}: ${fault}`)
  await checkFiles(login)
  return login
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text at this key; undefined when it is missing or empty. */
export function textAt(fields: Fields, key: string): string | undefined {
  const value = fields[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function requiredText(fields: Fields, key: string, owner: string): string {
  const value = textAt(fields, key)
  if (value === undefined) throw new CredentialsError(`${owner} has no ${key}; add it to the kubeconfig`)
  return value
}

function faultOf({ server, cluster, user, insecure }: Login): string | undefined {
  if (
    insecure &&
    (textAt(cluster, 'certificate-authority') ?? textAt(cluster, 'certificate-authority-data'))
  ) {
    return 'insecure-skip-tls-verify contradicts certificate-authority; keep one of them'
  }
  if (!mayCarrySecrets(server) && BEARERS.some((key) => Boolean(user[key]))) {
    return `credentials for ${server} would travel in clear text; use https`
  }
  const unsupported = UNSUPPORTED.find((key) => user[key] !== undefined)
  if (unsupported !== undefined)
    return `${unsupported} is not supported; impersonate by "as" alone or not at all`
  if (hasEither(user, 'client-certificate') !== hasEither(user, 'client-key')) {
    return 'client-certificate and client-key belong together, but one is missing'
  }
  if (isFields(user['exec']) && textAt(user['exec'], 'command') === undefined) {
    return 'the credential plugin (exec) has no command'
  }
  return undefined
}

function hasEither(user: Fields, key: string): boolean {
  return textAt(user, key) !== undefined || textAt(user, `${key}-data`) !== undefined
}

function proxyOf(cluster: Fields, origin: string): { readonly proxyUrl?: string } {
  const proxyUrl = textAt(cluster, 'proxy-url')
  if (proxyUrl === undefined) return {}
  if (/^https?:\/\//u.test(proxyUrl) && URL.canParse(proxyUrl)) return { proxyUrl }
  throw new CredentialsError(`${origin}: proxy-url is supported for http:// and https:// proxies only`)
}

function withAbsoluteFiles({ fields, folder }: Entry, keys: readonly string[]): Fields {
  const paths = keys.flatMap((key) => {
    const path = textAt(fields, key)
    return path === undefined ? [] : [[key, isAbsolute(path) ? path : join(folder, path)] as const]
  })
  return { ...fields, ...Object.fromEntries(paths) }
}

/** As client-go: a command with a slash is relative to the kubeconfig, one without is looked up in PATH. */
function withAbsoluteCommand({ folder }: Entry, user: Fields): Fields {
  const { exec } = user
  if (!isFields(exec)) return user
  const command = textAt(exec, 'command')
  if (command === undefined || isAbsolute(command) || !/[/\\]/u.test(command)) return user
  return { ...user, exec: { ...exec, command: join(folder, command) } }
}

async function checkFiles({ origin, cluster, user }: Login): Promise<void> {
  const named = [
    ...CLUSTER_FILES.map((key) => [key, textAt(cluster, key)] as const),
    ...USER_FILES.map((key) => [key, textAt(user, key)] as const),
  ]
  for (const [key, path] of named) {
    if (path === undefined) continue
    await checkAccess(path, constants.R_OK).catch((cause: unknown) => {
      throw new CredentialsError(`${origin}: ${key} ${path} cannot be read; check that the file exists`, {
        cause,
      })
    })
  }
}
