/** A Kube that tells of every write before it is sent and after it was answered; either may throw instead. */
import type { Kube } from '../../src/kube/kube.ts'
import { keyOf } from '../../src/model/kubernetes.ts'

export interface WriteHooks {
  /** `create Namespace acme`, `apply Participant acme/status`, `delete Namespace acme`, `patch Participant acme`. */
  readonly before?: (write: string) => void
  readonly after?: (write: string) => void
}

export function watchWrites(kube: Kube, { before = ignore, after = ignore }: WriteHooks): Kube {
  const told = async <T>(write: string, send: () => Promise<T>): Promise<T> => {
    before(write)
    const answer = await send()
    after(write)
    return answer
  }
  return {
    get: (...call) => kube.get(...call),
    list: (...call) => kube.list(...call),
    page: (...call) => kube.page(...call),
    watch: (...call) => kube.watch(...call),
    version: (...call) => kube.version(...call),
    create: (object, options) =>
      told(`create ${object.kind} ${keyOf(object)}`, () => kube.create(object, options)),
    apply: (object, options) => {
      const part = options.subresource === undefined ? '' : `/${options.subresource}`
      return told(`apply ${object.kind} ${keyOf(object)}${part}`, () => kube.apply(object, options))
    },
    patch: (resource, key, options) =>
      told(`patch ${resource.kind} ${keyOf({ metadata: key })}`, () => kube.patch(resource, key, options)),
    delete: (resource, key, options) =>
      told(`delete ${resource.kind} ${keyOf({ metadata: key })}`, () => kube.delete(resource, key, options)),
  }
}

function ignore(): void {}
