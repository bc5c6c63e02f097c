/** Admission policies that keep the program's writes inside the namespaces of participants, whatever RBAC would let it do. */
import type { KubeObject } from '../model/kubernetes.ts'
import { OWNER_ANNOTATION, PARTICIPANT_LABEL } from '../model/names.ts'
import { INSTALLED, INSTALLED_USER } from './names.ts'
import { type Right, RIGHTS, type Verb } from './rights.ts'

interface ResourceRule {
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  readonly resources: readonly string[]
  readonly operations: readonly string[]
}

interface Validation {
  readonly expression: string
  readonly message: string
}

/** The part of `admissionregistration.k8s.io/v1` ValidatingAdmissionPolicy that ours use. */
interface Policy extends KubeObject {
  readonly spec: {
    readonly failurePolicy: 'Fail'
    readonly matchConstraints: { readonly resourceRules: readonly ResourceRule[] }
    readonly matchConditions: readonly { readonly name: string; readonly expression: string }[]
    readonly validations: readonly Validation[]
  }
}

interface Binding extends KubeObject {
  readonly spec: { readonly policyName: string; readonly validationActions: readonly string[] }
}

const apiVersion = 'admissionregistration.k8s.io/v1'

/** Bears the participant's name as a label, and says whose it is: what `ownsNamespace` asks of a namespace as well. */
function isParticipants(namespace: string): string {
  const metadata = `${namespace}.metadata`
  return [
    `${metadata}.?labels[?'${PARTICIPANT_LABEL}'].orValue('') == ${metadata}.name`,
    `${metadata}.?annotations[?'${OWNER_ANNOTATION}'].orValue('') != ''`,
  ].join(' && ')
}

/** Reads are not admitted by anybody; what limits them is that Secrets cannot be listed. */
export function fence(): readonly (Policy | Binding)[] {
  const written = RIGHTS.filter(({ where, verbs }) => where === 'everywhere' && verbs.some(isWrite))
  const namespaces = written.filter(({ resource }) => resource.kind === 'Namespace')
  const within = written.filter(({ resource }) => resource.namespaced)
  return [
    ...policy(`${INSTALLED.account}-namespaces`, namespaces, [
      {
        expression: `request.operation == 'CREATE' || (${isParticipants('oldObject')})`,
        message: 'the dataspace-provisioner changes and deletes namespaces of participants only',
      },
      {
        expression: `request.operation == 'DELETE' || (${isParticipants('object')})`,
        message: 'the dataspace-provisioner makes namespaces of participants only',
      },
    ]),
    ...policy(`${INSTALLED.account}-objects`, within, [
      {
        expression: isParticipants('namespaceObject'),
        message: 'the dataspace-provisioner writes into namespaces of participants only',
      },
    ]),
  ]
}

function policy(
  name: string,
  rights: readonly Right[],
  validations: readonly Validation[],
): readonly [Policy, Binding] {
  return [
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [...new Set(rights.map(({ resource }) => resource))].map(ruleOf) },
        matchConditions: [
          { name: 'by-the-program', expression: `request.userInfo.username == '${INSTALLED_USER}'` },
        ],
        validations,
      },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ]
}

function ruleOf({ group, plural }: Right['resource']): ResourceRule {
  return {
    apiGroups: [group],
    apiVersions: ['*'],
    resources: [plural],
    operations: ['CREATE', 'UPDATE', 'DELETE'],
  }
}

function isWrite(verb: Verb): boolean {
  return verb !== 'get' && verb !== 'list' && verb !== 'watch'
}
