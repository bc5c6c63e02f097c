/** Decides which names, labels and finalizers an object can have (apimachinery's `validation` and `validate.ObjectMeta`). */
import type { KubeObject, ObjectMeta, Resource } from '../model/kubernetes.ts'
import { type Cause, notAllowed, required, wrongValue } from './status-fault.ts'

const SUBDOMAIN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const LABEL_VALUE = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'

const subdomain = new RegExp(`^${SUBDOMAIN}$`, 'u')
const qualifiedName = new RegExp(`^${QUALIFIED}$`, 'u')
const labelValue = new RegExp(`^${LABEL_VALUE}$`, 'u')

const NOT_SUBDOMAIN = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`
const NOT_KEY = `a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`
const NOT_VALUE = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${LABEL_VALUE}')`

/** Finalizers without a domain that Kubernetes itself knows. */
const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion']

export function faultsOfMetadata(resource: Resource, { metadata }: KubeObject): Cause[] {
  return [
    ...faultsOfName(resource, metadata.name),
    ...Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => faultsOfLabel(key, value)),
    ...Object.keys(metadata.annotations ?? {})
      .filter((key) => !isLabelKey(key.toLowerCase()))
      .map((key) => wrongValue('metadata.annotations', key, NOT_KEY)),
    ...(metadata.finalizers ?? []).flatMap(faultOfFinalizer),
  ]
}

/** A deleting object may lose finalizers, never get one. */
export function faultsOfNewFinalizers(before: ObjectMeta, after: ObjectMeta): Cause[] {
  const added = (after.finalizers ?? []).filter((name) => !(before.finalizers ?? []).includes(name))
  if (before.deletionTimestamp === undefined || added.length === 0) return []
  const list = `[]string{${added.map((name) => JSON.stringify(name)).join(', ')}}`
  return [
    notAllowed(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`,
    ),
  ]
}

/** Why this label selector requirement cannot be, or nothing. */
export function faultOfRequirement(key: string, values: readonly string[]): string | undefined {
  const wrong = values.findIndex((value) => !labelValue.test(value) || value.length > 63)
  if (!isLabelKey(key)) return `<nil>: Invalid value: ${JSON.stringify(key)}: ${NOT_KEY}`
  if (wrong < 0) return undefined
  return `values[${wrong}][${key}]: Invalid value: ${JSON.stringify(values[wrong])}: ${NOT_VALUE}`
}

function faultsOfName({ group, kind }: Resource, name: string | undefined): Cause[] {
  const field = 'metadata.name'
  if (!name) return [required(field, 'name or generateName is required')]
  // RBAC names are path segments, nothing more.
  if (group === 'rbac.authorization.k8s.io') return []
  if (kind === 'Namespace' && name.includes('.')) return [wrongValue(field, name, 'must not contain dots')]
  const max = kind === 'Namespace' || kind === 'Service' ? 63 : 253
  if (name.length > max) return [wrongValue(field, name, `must be no more than ${max} characters`)]
  return subdomain.test(name) ? [] : [wrongValue(field, name, NOT_SUBDOMAIN)]
}

function faultsOfLabel(key: string, value: string): Cause[] {
  const faults = isLabelKey(key) ? [] : [wrongValue('metadata.labels', key, NOT_KEY)]
  if (!labelValue.test(value)) faults.push(wrongValue('metadata.labels', value, NOT_VALUE))
  else if (value.length > 63)
    faults.push(wrongValue('metadata.labels', value, 'must be no more than 63 characters'))
  return faults
}

function isLabelKey(key: string): boolean {
  const [first = '', second, ...more] = key.split('/')
  const name = second ?? first
  const prefixFits = second === undefined || (subdomain.test(first) && first.length <= 253)
  return more.length === 0 && prefixFits && qualifiedName.test(name) && name.length <= 63
}

function faultOfFinalizer(name: string, index: number): Cause[] {
  const field = `metadata.finalizers[${index}]`
  if (!isLabelKey(name)) return [wrongValue(field, name, NOT_KEY)]
  if (name.includes('/') || STANDARD_FINALIZERS.includes(name)) return []
  return [wrongValue(field, name, 'name is neither a standard finalizer name nor is it fully qualified')]
}
