/**
 * Keeps the headers, keys and certificates of a login fresh. What a plugin or a provider has to be asked for comes through
 * `@kubernetes/client-node`: this is the only file that loads it, and only then.
 */
import type { KubeConfig } from '@kubernetes/client-node'
import { UnavailableError } from '../model/errors.ts'
import type { Access, Credentials, CredentialsOptions } from './credentials.ts'
import { type Fields, isFields, type Login } from './login.ts'
import { isPlain, readPlainAccess } from './plain-access.ts'

/** A server that refuses even new credentials must not make us read files and run plugins on every call. */
const MIN_RENEWAL_MS = 5_000

type HttpsOptions = Parameters<KubeConfig['applyToHTTPSOptions']>[0]

/** `load` reads the files anew; what it throws at first is thrown here. */
export async function openKubeconfigAccess(
  load: () => Promise<Login>,
  options: CredentialsOptions,
): Promise<Credentials> {
  const login = await load()
  const { server, proxyUrl, origin, insecure } = login
  const source = new AccessSource(login, { ...options, load })
  return {
    server,
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    describe: () => `${server} (${origin}${insecure ? ', its certificate is not verified' : ''})`,
    access: ({ renew = false } = {}) => source.access(renew),
  }
}

interface SourceOptions extends CredentialsOptions {
  readonly load: () => Promise<Login>
}

/** `KubeConfig` reads files on every use and keeps what plugins said, so it is asked seldom, and made anew to renew. */
class AccessSource {
  readonly #options: SourceOptions
  #login: Login
  #config: Promise<KubeConfig> | undefined
  #held: { readonly access: Access; readonly appliedAt: number } | undefined
  #applying: Promise<Access> | undefined
  #renewing: Promise<Access> | undefined
  #renewedAt = Number.NEGATIVE_INFINITY

  constructor(login: Login, options: SourceOptions) {
    this.#login = login
    this.#options = options
  }

  async access(renew: boolean): Promise<Access> {
    const { now, reapplyMs = 10_000 } = this.#options
    if (this.#renewing !== undefined) return this.#renewing
    if (renew && now() - this.#renewedAt >= MIN_RENEWAL_MS) {
      this.#renewing = this.#renew().finally(() => (this.#renewing = undefined))
      return this.#renewing
    }
    if (this.#held !== undefined && now() - this.#held.appliedAt < reapplyMs) return this.#held.access
    this.#applying ??= this.#apply().finally(() => (this.#applying = undefined))
    return this.#applying
  }

  async #renew(): Promise<Access> {
    this.#renewedAt = this.#options.now()
    try {
      this.#login = await this.#options.load()
    } catch (cause) {
      throw new UnavailableError('the credentials cannot be renewed', { cause })
    }
    this.#config = undefined
    return this.#apply()
  }

  async #apply(): Promise<Access> {
    const login = this.#login
    const access = await (isPlain(login) ? this.#read(login) : this.#ask(login))
    // Somebody may have renewed in the meantime; what the old files said is then of no use to others.
    if (login === this.#login) this.#held = { access, appliedAt: this.#options.now() }
    return access
  }

  async #read(login: Login): Promise<Access> {
    return await readPlainAccess(login).catch((error: unknown) => {
      throw noCredentials(login, error)
    })
  }

  async #ask(login: Login): Promise<Access> {
    this.#config ??= configOf(login)
    return await askAccess(await this.#config, login, this.#options.pluginTimeoutMs ?? 30_000)
  }
}

async function configOf({ server, cluster, user, plugin }: Login): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  // Without a user it would ignore the certificate authority as well; without skipping TLS it refuses http servers.
  const plain = server.startsWith('http:') ? { 'insecure-skip-tls-verify': true } : {}
  const document = {
    clusters: [{ name: 'cluster', cluster: { ...cluster, ...plain, 'proxy-url': undefined } }],
    users: [{ name: 'user', user: plugin === undefined ? user : withPluginInfo(user, cluster) }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'context',
  }
  config.loadFromString(JSON.stringify(document))
  return config
}

/** The fields of a kubeconfig's cluster that `Cluster` of the client authentication API has, too. */
const CLUSTER_INFO: readonly string[] = [
  'server',
  'tls-server-name',
  'insecure-skip-tls-verify',
  'certificate-authority-data',
  'proxy-url',
]

/** Plugins expect to be told what they are asked for (client authentication API, `KUBERNETES_EXEC_INFO`). */
function withPluginInfo(user: Fields, cluster: Fields): Fields {
  const exec = isFields(user['exec']) ? user['exec'] : {}
  const known = Object.entries(cluster).filter(([key]) => CLUSTER_INFO.includes(key))
  const info = {
    apiVersion: exec['apiVersion'],
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec['provideClusterInfo'] === true ? { cluster: Object.fromEntries(known) } : {}),
    },
  }
  const env = Array.isArray(exec['env']) ? exec['env'] : []
  return {
    ...user,
    exec: { ...exec, env: [...env, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] },
  }
}

async function askAccess(config: KubeConfig, login: Login, timeoutMs: number): Promise<Access> {
  const options: HttpsOptions = {}
  await withinTime(config.applyToHTTPSOptions(options), timeoutMs).catch((error: unknown) => {
    throw noCredentials(login, error)
  })
  return {
    headers: { ...headersOf(options), ...basicOf(options) },
    tls: {
      ...pemAt(options, 'ca'),
      ...pemAt(options, 'cert'),
      ...pemAt(options, 'key'),
      ...(typeof options.servername === 'string' ? { servername: options.servername } : {}),
      // Said always: left open, an environment variable could switch verification off.
      rejectUnauthorized: !login.insecure,
    },
  }
}

/** Tokens come as files hold them, with a line break at the end, which no header can have. */
function headersOf({ headers }: HttpsOptions): Readonly<Record<string, string>> {
  const entries = Object.entries(headers ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value).trim()]))
}

function basicOf({ auth }: HttpsOptions): Readonly<Record<string, string>> {
  return typeof auth === 'string' ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {}
}

function pemAt<K extends 'ca' | 'cert' | 'key'>(
  options: HttpsOptions,
  key: K,
): { readonly [P in K]?: string } {
  const value = options[key]
  return (typeof value === 'string' || value instanceof Buffer ? { [key]: String(value) } : {}) as {
    readonly [P in K]?: string
  }
}

async function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new TimeoutError()), timeoutMs)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

function noCredentials(login: Login, error: unknown): UnavailableError {
  return new UnavailableError(`no credentials from ${login.origin}: ${whyNot(error, login)}`)
}

class TimeoutError extends Error {}

/** The error itself is not passed on: it may quote a token, the plugin's output or its arguments. */
function whyNot(error: unknown, { plugin }: Login): string {
  if (plugin !== undefined) {
    const what = error instanceof TimeoutError ? 'did not end in time' : 'failed'
    return `the credential plugin ${plugin} ${what}; run it by hand to see why`
  }
  if (error instanceof Error && 'path' in error && 'code' in error) {
    return `${String(error.path)} cannot be read (${String(error.code)})`
  }
  return 'the login failed; check the user with kubectl'
}
