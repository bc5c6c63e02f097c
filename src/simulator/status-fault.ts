/** Refusals in the API server's words: each carries the `metav1.Status` that goes over the wire. */
import type { Resource } from '../model/kubernetes.ts'

export interface Cause {
  readonly reason: string
  readonly message: string
  readonly field: string
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly causes?: readonly Partial<Cause>[]
  readonly retryAfterSeconds?: number
}

export interface StatusAnswer {
  readonly code: number
  /** Left out where the real server has none: its `errors.New` errors, which are 500. */
  readonly reason?: string
  readonly message: string
  readonly details?: StatusDetails
  /** A continue token to go on with, in the answer to one that aged. */
  readonly continue?: string
}

export class StatusFault extends Error {
  override readonly name = 'StatusFault'
  readonly answer: StatusAnswer
  constructor(answer: StatusAnswer) {
    super(answer.message)
    this.answer = answer
  }

  get body(): object {
    const { code, reason, message, details, continue: next } = this.answer
    const metadata = next === undefined ? {} : { continue: next }
    return { kind: 'Status', apiVersion: 'v1', metadata, status: 'Failure', message, reason, details, code }
  }
}

/** `participants.dataspaces.dev`, as messages name a resource. */
export function qualified({ plural, group }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`
}

export function detailsOf({ plural, group }: Resource, name: string): StatusDetails {
  return { name, ...(group === '' ? {} : { group }), kind: plural }
}

export function notFound(resource: Resource, name: string): StatusFault {
  return new StatusFault({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(resource)} "${name}" not found`,
    details: detailsOf(resource, name),
  })
}

export function alreadyExists(resource: Resource, name: string): StatusFault {
  return new StatusFault({
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualified(resource)} "${name}" already exists`,
    details: detailsOf(resource, name),
  })
}

export function conflict(resource: Resource, name: string, why: string): StatusFault {
  return new StatusFault({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    details: detailsOf(resource, name),
  })
}

export const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again'

export function forbidden(
  resource: Resource,
  name: string,
  refusal: { readonly why: string; readonly causes?: readonly Cause[] },
): StatusFault {
  return new StatusFault({
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(resource)} "${name}" is forbidden: ${refusal.why}`,
    details: { ...detailsOf(resource, name), ...(refusal.causes ? { causes: refusal.causes } : {}) },
  })
}

export function badRequest(message: string): StatusFault {
  return new StatusFault({ code: 400, reason: 'BadRequest', message })
}

/** What the real server answers when a plain Go error reaches the wire. */
export function internal(message: string): StatusFault {
  return new StatusFault({ code: 500, message })
}

/** 422 with a cause per field, worded as `field.ErrorList` words it. */
export function invalid(
  { group, kind }: Pick<Resource, 'group' | 'kind'>,
  name: string,
  causes: readonly Cause[],
): StatusFault {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`)
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  return new StatusFault({
    code: 422,
    reason: 'Invalid',
    message: `${kind}${group === '' ? '' : `.${group}`} "${name}" is invalid: ${list}`,
    details: {
      ...(name === '' ? {} : { name }),
      ...(group === '' ? {} : { group }),
      kind,
      causes,
    },
  })
}

/** Query parameters are options objects of this group to the real server. */
export function invalidOption(kind: string, ...causes: readonly Cause[]): StatusFault {
  return invalid({ group: 'meta.k8s.io', kind }, '', causes)
}

export function expired(message: string, next?: string): StatusFault {
  return new StatusFault({
    code: 410,
    reason: 'Expired',
    message,
    ...(next === undefined ? {} : { continue: next }),
  })
}

/** Nothing is wrong, but no such version exists yet. */
export function tooLargeVersion(wanted: number, current: number): StatusFault {
  return new StatusFault({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  })
}

export const required = (field: string, why?: string): Cause => ({
  reason: 'FieldValueRequired',
  message: why === undefined ? 'Required value' : `Required value: ${why}`,
  field,
})

export const wrongValue = (field: string, value: unknown, why: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value ?? null)}: ${why}`,
  field,
})

export const notAllowed = (field: string, why: string): Cause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${why}`,
  field,
})

export const unsupported = (field: string, value: unknown, allowed: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed.map((v) => JSON.stringify(v)).join(', ')}`,
  field,
})
