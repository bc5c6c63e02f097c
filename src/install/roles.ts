/** RBAC for the program's account, made from the table of rights and nothing else. */
import type { KubeObject } from '../model/kubernetes.ts'
import { EVENTS_NAMESPACE } from '../model/names.ts'
import { INSTALLED } from './names.ts'
import { type Right, RIGHTS } from './rights.ts'

export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

export interface Role extends KubeObject {
  readonly rules: readonly PolicyRule[]
}

export interface RoleBinding extends KubeObject {
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string }
  readonly subjects: readonly {
    readonly kind: 'ServiceAccount'
    readonly name: string
    readonly namespace: string
  }[]
}

const GROUP = 'rbac.authorization.k8s.io'
const apiVersion = `${GROUP}/v1`
const { account: name, namespace } = INSTALLED
const subjects = [{ kind: 'ServiceAccount', name, namespace }] as const

/** Where rights of one namespace hold. */
const NAMESPACES = { own: namespace, default: EVENTS_NAMESPACE } as const

type Within = keyof typeof NAMESPACES

const WITHIN: readonly Within[] = ['own', 'default']

/** One rule for each row of the table, in its order. */
export function roles(): readonly Role[] {
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: rulesOf('everywhere') },
    ...WITHIN.map((where) => ({
      apiVersion,
      kind: 'Role',
      metadata: inNamespace(where),
      rules: rulesOf(where),
    })),
  ]
}

/** Where the rights of a role hold. */
export function scopeOf({ metadata }: Role): Right['where'] {
  return WITHIN.find((where) => NAMESPACES[where] === metadata.namespace) ?? 'everywhere'
}

export function roleBindings(): readonly RoleBinding[] {
  const to = (kind: string): RoleBinding['roleRef'] => ({ apiGroup: GROUP, kind, name })
  return [
    { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: to('ClusterRole'), subjects },
    ...WITHIN.map((where) => ({
      apiVersion,
      kind: 'RoleBinding',
      metadata: inNamespace(where),
      roleRef: to('Role'),
      subjects,
    })),
  ]
}

function inNamespace(where: Within): KubeObject['metadata'] {
  return { name, namespace: NAMESPACES[where] }
}

function rulesOf(where: Right['where']): readonly PolicyRule[] {
  return RIGHTS.filter((right) => right.where === where).map(ruleOf)
}

function ruleOf({ resource: { group, plural }, subresource, name: only, verbs }: Right): PolicyRule {
  return {
    apiGroups: [group],
    resources: [subresource === undefined ? plural : `${plural}/${subresource}`],
    ...(only !== undefined && { resourceNames: [only] }),
    verbs,
  }
}
