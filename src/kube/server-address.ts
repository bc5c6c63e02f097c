/** Decides what counts as the address of an API server, and where credentials may be sent in clear text: nowhere but here. */

/** The configured way to a cluster cannot work; a person has to change it. Holds no secret. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError'
}

/** The address without a slash at its end. `what` names it in the `CredentialsError`, which does not repeat it. */
export function addressOf(text: string, what: string): string {
  if (!URL.canParse(text)) {
    throw new CredentialsError(`${what} is not a URL; expected something like https://host:6443`)
  }
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new CredentialsError(`${what} begins with ${url.protocol}, expected https:// or http://`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new CredentialsError(
      `${what} holds a user name or password; put it into the user of the kubeconfig`,
    )
  }
  if (url.search !== '' || url.hash !== '') {
    throw new CredentialsError(`${what} holds a query or a fragment; give scheme, host, port and path only`)
  }
  return url.origin + url.pathname.replace(/\/+$/u, '')
}

/** True for https, and for addresses whose packets never leave this machine. */
export function mayCarrySecrets(server: string): boolean {
  const { protocol, hostname } = new URL(server)
  return protocol === 'https:' || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u.test(hostname)
}
