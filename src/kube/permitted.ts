/** Holds back the writes of whoever may write no more, up to the moment in which a request goes on the wire. */
import type { Kube, WriteOptions } from './kube.ts'

export interface WriteRule {
  /** Throws when nothing may be written any more. */
  readonly permit: () => void
  /**
   * When it is given, a write that was begun is cut by this signal alone, and the caller's signal only keeps further
   * requests back: so that whoever is asked to stop learns how his last write ended.
   */
  readonly cut?: AbortSignal
}

/** The same Kube; its writes follow the rule as well as what their caller asks for. Reads are free. */
export function permitted(kube: Kube, rule: WriteRule): Kube {
  const under = <T extends WriteOptions>(options: T): T => ruled(options, rule)
  return {
    get: (...call) => kube.get(...call),
    list: (...call) => kube.list(...call),
    page: (...call) => kube.page(...call),
    watch: (...call) => kube.watch(...call),
    version: (...call) => kube.version(...call),
    create: async (object, options = {}) => kube.create(object, under(options)),
    apply: async (object, options) => kube.apply(object, under(options)),
    patch: async (resource, key, options) => kube.patch(resource, key, under(options)),
    delete: async (resource, key, options = {}) => kube.delete(resource, key, under(options)),
  }
}

/** Asks at once too: a Kube that knows nothing of permits is held back all the same. */
function ruled<T extends WriteOptions>(options: T, rule: WriteRule): T {
  const { signal, permit: inner } = options
  const permit = (): void => {
    signal?.throwIfAborted()
    rule.permit()
    inner?.()
  }
  permit()
  return { ...options, permit, ...(rule.cut && { signal: rule.cut }) }
}
