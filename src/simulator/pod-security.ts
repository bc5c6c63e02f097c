/** Whether the Pod Security level of a namespace lets a pod in, in the words of the admission plugin PodSecurity. */
import { isObject, type JsonObject, listAt, objectAt } from './json.ts'

const LEVELS = ['privileged', 'baseline', 'restricted'] as const
type Level = (typeof LEVELS)[number]

const LABEL = 'pod-security.kubernetes.io/enforce'

type Pod = Readonly<{ spec: JsonObject; containers: readonly JsonObject[] }>

/** What a check has against a pod; undefined when nothing. */
type Check = (pod: Pod) => string | undefined

/** Why this level refuses a pod of this spec; undefined when it does not. */
export function violation(labels: Readonly<Record<string, string>>, spec: JsonObject): string | undefined {
  const level = LEVELS.find((known) => known === labels[LABEL]) ?? 'privileged'
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    listAt(spec, list).filter(isObject),
  )
  const faults = CHECKS[level].flatMap((check) => check({ spec, containers }) ?? [])
  if (faults.length === 0) return undefined
  return `violates PodSecurity "${level}:${labels[`${LABEL}-version`] ?? 'latest'}": ${faults.join(', ')}`
}

const privileged: Check = ({ containers }) =>
  told('privileged', {
    names: namesOf(containers, ({ securityContext }) => objectAt(securityContext)['privileged'] === true),
    says: 'must not set securityContext.privileged=true',
  })

const hostNamespaces: Check = ({ spec }) => {
  const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true)
  return used.length === 0
    ? undefined
    : `host namespaces (${used.map((field) => `${field}=true`).join(', ')})`
}

const hostPathVolumes: Check = ({ spec }) => {
  const names = namesOf(listAt(spec, 'volumes').filter(isObject), (volume) => isObject(volume['hostPath']))
  return names.length === 0 ? undefined : `hostPath volumes (${quoted('volume', names)})`
}

const hostPorts: Check = ({ containers }) => {
  const portsOf = (container: JsonObject): readonly number[] =>
    listAt(container, 'ports').flatMap((port) => Number(objectAt(port)['hostPort'] ?? 0) || [])
  const names = namesOf(containers, (container) => portsOf(container).length > 0)
  const ports = [...new Set(containers.flatMap(portsOf))]
  const [uses, what] = [names.length > 1 ? 'use' : 'uses', ports.length > 1 ? 'hostPorts' : 'hostPort']
  return told('hostPort', { names, says: `${uses} ${what} ${ports.join(', ')}` })
}

const privilegeEscalation: Check = ({ containers }) =>
  told('allowPrivilegeEscalation != false', {
    names: namesOf(
      containers,
      ({ securityContext }) => objectAt(securityContext)['allowPrivilegeEscalation'] !== false,
    ),
    says: 'must set securityContext.allowPrivilegeEscalation=false',
  })

const capabilities: Check = ({ containers }) =>
  told('unrestricted capabilities', {
    names: namesOf(
      containers,
      ({ securityContext }) => !listAt(securityContext, 'capabilities', 'drop').includes('ALL'),
    ),
    says: 'must set securityContext.capabilities.drop=["ALL"]',
  })

const nonRoot: Check = ({ spec, containers }) => {
  const wanted = objectAt(spec, 'securityContext')['runAsNonRoot'] === true
  const names = namesOf(containers, ({ securityContext }) => {
    const own = objectAt(securityContext)['runAsNonRoot']
    return own === undefined ? !wanted : own !== true
  })
  const says = 'must set securityContext.runAsNonRoot=true'
  return told('runAsNonRoot != true', { names, says, orPod: true })
}

const seccompProfile: Check = ({ spec, containers }) => {
  const isGood = (context: unknown): boolean =>
    ['RuntimeDefault', 'Localhost'].includes(String(objectAt(context, 'seccompProfile')['type']))
  const names = namesOf(containers, ({ securityContext }) =>
    isObject(objectAt(securityContext)['seccompProfile'])
      ? !isGood(securityContext)
      : !isGood(objectAt(spec, 'securityContext')),
  )
  const says = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
  return told('seccompProfile', { names, says, orPod: true })
}

/** The checks that the product's own pods, or a careless change to them, can fail. In the plugin's order. */
const BASELINE: readonly Check[] = [hostNamespaces, hostPathVolumes, hostPorts, privileged]
const RESTRICTED: readonly Check[] = [privilegeEscalation, capabilities, nonRoot, seccompProfile]
const CHECKS: Readonly<Record<Level, readonly Check[]>> = {
  privileged: [],
  baseline: BASELINE,
  restricted: [...BASELINE, ...RESTRICTED],
}

interface Fault {
  readonly names: readonly string[]
  readonly says: string
  /** The pod as a whole could set it just as well. */
  readonly orPod?: true
}

function told(what: string, { names, says, orPod }: Fault): string | undefined {
  if (names.length === 0) return undefined
  return `${what} (${orPod === true ? 'pod or ' : ''}${quoted('container', names)} ${says})`
}

function namesOf(parts: readonly JsonObject[], isBad: (part: JsonObject) => boolean): readonly string[] {
  return parts.filter(isBad).map((part) => String(part['name']))
}

function quoted(what: string, names: readonly string[]): string {
  return `${what}${names.length > 1 ? 's' : ''} ${names.map((name) => JSON.stringify(name)).join(', ')}`
}
