/** The public host of a participant's addresses: `kubeHost` of the HTTP contract, `spec.host` of the resource. */

export const HOST_MAX_LENGTH = 253
/** A host name, an IPv4 address or a bracketed IPv6 address, with an optional port. */
export const HOST_PATTERN = '^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?$'

const hostPattern = new RegExp(HOST_PATTERN, 'u')
const bareIpv6 = /^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*$/u

export type HostReading =
  | { readonly ok: true; readonly host: string }
  | { readonly ok: false; readonly fault: string }

/** Takes what callers send (a name, a bare IP, an address with a scheme or a trailing slash) and keeps the host. */
export function readHost(text: string): HostReading {
  const rest = text
    .trim()
    .replace(/^https?:\/\//iu, '')
    .replace(/\/$/u, '')
  const host = bareIpv6.test(rest) ? `[${rest}]` : rest
  if (host.length > 0 && host.length <= HOST_MAX_LENGTH && hostPattern.test(host)) return { ok: true, host }
  return {
    ok: false,
    fault: 'kubeHost is not a host: expected a name or an IP address, with an optional scheme and port',
  }
}
