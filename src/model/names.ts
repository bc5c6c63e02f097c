/** The names everything agrees on: the API group, labels, annotations, and the grammar of a participant's name. */

const GROUP = 'dataspaces.dev'
const VERSION = 'v1alpha1'
export const API_VERSION = `${GROUP}/${VERSION}`
export const KIND = 'Participant'

/** Value of `app.kubernetes.io/managed-by` on everything the product writes. */
export const MANAGED_BY = 'dataspace-provisioner'

/** On the namespace, on every object in it and on pod templates; its presence narrows every watch. */
export const PARTICIPANT_LABEL = `${GROUP}/participant`
/** On the namespace: the uid of the Participant that owns it. Label without it means: not ours. */
export const OWNER_ANNOTATION = `${GROUP}/participant-uid`
/** Which of the components an object belongs to. */
export const COMPONENT_LABEL = 'app.kubernetes.io/component'
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by'
export const FINALIZER = `${GROUP}/cleanup`

/**
 * On a Participant, set by people (`kubectl annotate`) or by the HTTP API. The only annotations that are read from one.
 */
export const ASKS = {
  /** Another value than before: what failed or waits for its next try is tried again at once. */
  retry: `${GROUP}/retry`,
  /** Names of removal steps, joined by commas, that are not carried out: for one that can never succeed. */
  skip: `${GROUP}/skip-removal-steps`,
  /** Another value than before: every generated secret value is replaced by a new one, once. */
  rotate: `${GROUP}/rotate-secrets`,
} as const

/** Of the value of {@link ASKS}.retry, as much as is told apart. */
export const RETRY_MAX_LENGTH = 256

/** As whom Events name the program. */
export const REPORTER = `${GROUP}/provisioner`

/** Where the API server wants Events about what has no namespace. No participant can have this name. */
export const EVENTS_NAMESPACE = 'default'

/** On a pod template: changes with the settings that the pods read at their start, so that they are started anew. */
export const SETTINGS_ANNOTATION = `${GROUP}/settings`

/** On a workload: its pods are being replaced by us, since when and what ran before. Taken away when the new ones run. */
export const REPLACING_ANNOTATION = `${GROUP}/replacing`
/** On a namespace that outlived its participant by `deletionPolicy: Retain`: since when. */
export const RETAINED_ANNOTATION = `${GROUP}/retained`

/**
 * On a generated Secret: the request (the value of `ASKS.rotate`) that its values were made for. On the template of pods
 * that read such a Secret: the same, so that they are started anew.
 */
export const ROTATION_ANNOTATION = `${GROUP}/rotation`

/**
 * On a pod template: asks a simulated kubelet (the built-in cluster's, or KWOK's in the tests) to let the pods fail.
 * A real kubelet ignores it.
 */
export const FAULT_ANNOTATION = `simulator.${GROUP}/fault`

/** Managers of fields: one per engine, so that neither takes fields of the other, and one for callers of the HTTP API. */
export const FIELD_MANAGER = {
  reconcile: 'dataspace-provisioner-reconcile',
  observe: 'dataspace-provisioner-observe',
  finalizer: 'dataspace-provisioner-finalizer',
  api: 'dataspace-provisioner-api',
  events: 'dataspace-provisioner-events',
} as const

export const NAME_MAX_LENGTH = 40
export const NAME_PATTERN = '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'

/** Names no configuration can release: namespaces of the platform itself. */
export const ALWAYS_RESERVED: readonly string[] = [EVENTS_NAMESPACE]
export const RESERVED_PREFIXES: readonly string[] = ['kube-', 'openshift']

/** What the configuration reserves unless it says otherwise: namespaces that an installation usually has. */
export const RESERVED_BY_DEFAULT: readonly string[] = [
  'issuer',
  'provisioner',
  'dataspace-provisioner',
  'core',
  'ingress',
  'ingress-nginx',
  'gateway',
  'vault',
]

const namePattern = new RegExp(NAME_PATTERN, 'u')

/**
 * Says why a participant cannot have this name, or nothing when it can.
 *
 * The name becomes the namespace's name, hence an RFC 1123 label; 40 characters leave room for suffixes.
 */
export function faultOfName(name: string, reserved: readonly string[]): string | undefined {
  if (name.length === 0) return 'participantName is empty'
  if (name.length > NAME_MAX_LENGTH)
    return `participantName has ${name.length} characters, at most ${NAME_MAX_LENGTH} are allowed`
  if (!namePattern.test(name))
    return `participantName "${printable(name)}" must consist of a-z, 0-9 and "-", and start and end with a letter or digit`
  if (isReserved(name, reserved))
    return `participantName "${name}" is reserved: a namespace of that name belongs to the platform; choose another`
  return undefined
}

function isReserved(name: string, reserved: readonly string[]): boolean {
  return (
    ALWAYS_RESERVED.includes(name) ||
    reserved.includes(name) ||
    RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))
  )
}

/** Control characters and excess length taken out, so that input can be quoted in a message. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this takes out
  const clean = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu, '?')
  return clean.length > 80 ? `${clean.slice(0, 80)}…` : clean
}
