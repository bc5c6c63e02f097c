/** Will claims get storage? */
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import type { Profile } from '../../model/profile.ts'
import type { Check, Finding } from '../finding.ts'

const DEFAULT_ANNOTATION = 'storageclass.kubernetes.io/is-default-class'

export const storage: Check = {
  name: 'storage',
  run: async ({ kube, profiles }) => {
    const { items } = await kube.list(RESOURCES.StorageClass)
    const unknown = [...profiles.values()].filter(
      ({ storageClassName: name }) =>
        name !== undefined && !items.some(({ metadata }) => metadata.name === name),
    )
    const reliant = [...profiles.values()].filter(({ storageClassName }) => storageClassName === undefined)
    return [...unknown.map(unknownClass), ...aboutDefault(items.filter(isDefault), reliant)]
  },
}

function isDefault({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[DEFAULT_ANNOTATION] === 'true'
}

function unknownClass({ name, storageClassName }: Profile): Omit<Finding, 'check'> {
  return {
    result: 'fail',
    message: `profile "${name}" names StorageClass "${storageClassName}", which does not exist`,
    next: 'kubectl get storageclasses, and name one of them in storageClassName of the profile',
  }
}

function aboutDefault(
  defaults: readonly KubeObject[],
  reliant: readonly Profile[],
): readonly Omit<Finding, 'check'>[] {
  const [only, ...others] = defaults.map(({ metadata }) => metadata.name)
  if (reliant.length === 0) return [{ result: 'ok', message: 'every profile names a StorageClass' }]
  if (only === undefined)
    return [
      {
        result: 'fail',
        message: `no StorageClass is the default, and profile "${reliant[0]?.name}" names none: claims would wait for ever`,
        next: `mark one with the annotation ${DEFAULT_ANNOTATION}=true, or set storageClassName in the profile`,
      },
    ]
  if (others.length > 0)
    return [
      {
        result: 'warn',
        message: `several StorageClasses are the default (${[only, ...others].join(', ')}); the newest is taken`,
        next: 'leave the annotation on one of them, or set storageClassName in the profiles',
      },
    ]
  return [{ result: 'ok', message: `StorageClass "${only}" is the default` }]
}
