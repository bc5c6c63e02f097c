/** Which address a component of a participant has: by Service name inside the cluster, or by a template of the operator. */
import type { Place, Reach } from '../model/exchange.ts'
import type { Web } from './web.ts'

/** For processes in the cluster: `http://identityhub.acme.svc:17081`. Works whatever the cluster's domain is called. */
export function byServiceName(web: Web): Reach {
  return ({ participant, service, port }) => web.to(new URL(`http://${service}.${participant}.svc:${port}`))
}

const PLACEHOLDERS = ['participant', 'service', 'port'] as const

/** An address with placeholders, such as `http://{participant}.example:{port}`. */
export type AddressTemplate = string & { readonly checked: unique symbol }

/** Undefined with a fault added when it cannot be used. A fault repeats nothing of it: it may hold a password by mistake. */
export function readAddressTemplate(text: string, faults: string[]): AddressTemplate | undefined {
  const fault = faultOfTemplate(text)
  if (fault === undefined) return text as AddressTemplate
  faults.push(`PARTICIPANT_ADDRESS ${fault}, for example http://{participant}.example:{port}`)
  return undefined
}

/** For processes outside of the cluster that have a way of their own to its Services. */
export function byTemplate(web: Web, template: AddressTemplate): Reach {
  return (place) => web.to(new URL(filled(template, place)))
}

function faultOfTemplate(text: string): string | undefined {
  const named = [...text.matchAll(/\{(?<name>[^{}]*)\}/gu)].map(({ groups }) => groups?.['name'])
  if (named.some((name) => !PLACEHOLDERS.some((known) => known === name)))
    return 'has another placeholder than {participant}, {service} and {port}'
  if (!named.includes('participant'))
    return 'must have {participant}, or the keys of one participant would be sent to another'
  if (!named.includes('port') && !named.includes('service')) return 'must have {port} or {service}'
  return faultOfAddress(filled(text, { participant: 'acme', service: 'identityhub', port: 17_081 }))
}

function faultOfAddress(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null) return 'must be an address'
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'must begin with http:// or https://'
  if (url.username !== '' || url.password !== '') return 'must hold no user and no password'
  return url.search !== '' || url.hash !== '' ? 'must end with its path' : undefined
}

/** Names of participants and Services have letters, digits and hyphens only, so nothing has to be escaped. */
function filled(template: string, place: Place): string {
  return PLACEHOLDERS.reduce((text, name) => text.replaceAll(`{${name}}`, String(place[name])), template)
}
