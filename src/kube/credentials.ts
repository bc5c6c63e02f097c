/** Decides which API server is talked to and as whom. */
import { openKubeconfigAccess } from './kubeconfig-access.ts'
import { loginOfPod, readKubeconfig } from './kubeconfig.ts'
import { addressOf, CredentialsError, mayCarrySecrets } from './server-address.ts'

export type CredentialsSource =
  /** One path, or several separated like `KUBECONFIG`, by `:` (`;` on Windows). */
  | { readonly kind: 'kubeconfig'; readonly paths: string }
  /** The service account of the pod: `KUBERNETES_SERVICE_HOST` and `…_PORT`, and the folder it is mounted at. */
  | { readonly kind: 'in-cluster'; readonly host: string; readonly port: string; readonly folder?: string }
  /** Nothing to read: for the built-in cluster. */
  | { readonly kind: 'direct'; readonly server: string; readonly token?: string }

export interface CredentialsOptions {
  /** A steady clock, in ms. */
  readonly now: () => number
  /** Files and plugins are asked again after this many ms. Default 10,000. */
  readonly reapplyMs?: number
  /** A credential plugin that takes longer than this many ms has failed. Default 30,000. */
  readonly pluginTimeoutMs?: number
}

/** PEM texts and settings of TLS. */
export interface TlsOptions {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly rejectUnauthorized: boolean
}

/** What one call needs. Holds secrets. */
export interface Access {
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsOptions
}

export interface Credentials {
  /** `https://host:6443`, perhaps with a path, without a slash at the end. */
  readonly server: string
  /** An HTTP proxy, from `proxy-url` of the kubeconfig only. May hold a password. */
  readonly proxyUrl?: string
  /** For the greeting line: `https://host:6443 (context kind-dev of /path)`. Holds no secret. */
  describe(): string
  /**
   * What to send now. Files and plugins are read at most every 10 s. With `renew`, after a 401, everything is loaded
   * anew; the same object comes back when that was done moments ago or cannot change anything.
   * Throws `UnavailableError` when a file or a plugin fails.
   */
  access(options?: { readonly renew?: boolean }): Promise<Access>
}

/** Throws `CredentialsError` when the source is not usable; nothing is sent anywhere. */
export async function openCredentials(
  source: CredentialsSource,
  options: CredentialsOptions,
): Promise<Credentials> {
  switch (source.kind) {
    case 'direct':
      return direct(source)
    case 'kubeconfig':
      return openKubeconfigAccess(() => readKubeconfig(source.paths), options)
    case 'in-cluster':
      return openKubeconfigAccess(() => loginOfPod(source), options)
  }
}

function direct({ server: given, token }: { readonly server: string; readonly token?: string }): Credentials {
  const server = addressOf(given, 'the address of the API server')
  if (token !== undefined && !mayCarrySecrets(server)) {
    throw new CredentialsError(`${server} is not https: the token would travel in clear text; use https`)
  }
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const access = { headers, tls: { rejectUnauthorized: true } }
  return { server, describe: () => server, access: async () => access }
}
