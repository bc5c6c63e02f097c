/** RBAC for the program's account, made from the table of rights and nothing else. */
import type { KubeObject } from '../model/kubernetes.ts'
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

/** One rule for each row of the table, in its order. */
export function roles(): readonly Role[] {
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: rulesOf('everywhere') },
    { apiVersion, kind: 'Role', metadata: { name, namespace }, rules: rulesOf('own') },
  ]
}

/** Where the rights of a role hold. */
export function scopeOf({ kind }: Role): Right['where'] {
  return kind === 'ClusterRole' ? 'everywhere' : 'own'
}

export function roleBindings(): readonly RoleBinding[] {
  const to = (kind: string): RoleBinding['roleRef'] => ({ apiGroup: GROUP, kind, name })
  return [
    { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: to('ClusterRole'), subjects },
    { apiVersion, kind: 'RoleBinding', metadata: { name, namespace }, roleRef: to('Role'), subjects },
  ]
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
