/** The reading part of a Kube over objects that a test names, with every call in words; whoever writes is told off. */
import type { Kube, ListOptions } from '../../src/kube/kube.ts'
import type { KubeObject, ObjectKey, Resource } from '../../src/model/kubernetes.ts'
import { PARTICIPANT_LABEL } from '../../src/model/names.ts'

export interface CountingKube {
  readonly kube: Kube
  /** Such as `list Service in acme`, in order. */
  readonly calls: readonly string[]
}

/** Understands a selector for the participant label, `(a,b)`, and no other. */
export function countingKube(objects: readonly KubeObject[] = []): CountingKube {
  const calls: string[] = []
  const write = async (): Promise<never> => {
    throw new Error('the test foresees no write')
  }
  const ofKind = (resource: Resource): readonly KubeObject[] =>
    objects.filter(({ kind }) => kind === resource.kind)
  const kube: Kube = {
    async get<T extends KubeObject>(resource: Resource, { namespace, name }: ObjectKey) {
      calls.push(`get ${resource.kind} ${[namespace, name].filter(Boolean).join('/')}`)
      const found = ofKind(resource).find(
        ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
      )
      return found as T | undefined
    },
    async list<T extends KubeObject>(resource: Resource, options: ListOptions = {}) {
      const { namespace, labelSelector } = options
      calls.push(`list ${resource.kind} ${namespace === undefined ? 'everywhere' : `in ${namespace}`}`)
      const items = ofKind(resource).filter(
        (object) =>
          (namespace === undefined || object.metadata.namespace === namespace) &&
          (labelSelector === undefined || bears(object, labelSelector)),
      )
      return { items: items as readonly KubeObject[] as readonly T[], resourceVersion: '1' }
    },
    page: write,
    create: write,
    apply: write,
    patch: write,
    delete: write,
    watch: () => {
      throw new Error('the test foresees no watch')
    },
    version: async () => ({ gitVersion: 'v1' }),
  }
  return { kube, calls }
}

function bears({ metadata }: KubeObject, selector: string): boolean {
  const names = /\((?<names>.*)\)/u.exec(selector)?.groups?.['names']?.split(',') ?? []
  return names.includes(metadata.labels?.[PARTICIPANT_LABEL] ?? '')
}
