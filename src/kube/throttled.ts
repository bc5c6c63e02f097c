/** Holds back writes until it is their turn: what is done in the background must not crowd out others at the API server. */
import type { Kube, WriteOptions } from './kube.ts'
import type { TokenBucket } from './token-bucket.ts'

export interface Throttle {
  /** Shared by all whose writes are counted together. */
  readonly bucket: Pick<TokenBucket, 'take'>
  /** Told of every write that got its turn, and how many ms it had to wait for that. */
  readonly onWait?: (ms: number) => void
}

/**
 * The same Kube; each write waits for a token first, as long as its signal lets it, and is judged by its permit after
 * that wait. Reads are free, and so is the repetition of a write, which follows what the API server asks for.
 */
export function throttled(kube: Kube, throttle: Throttle): Kube {
  const turn = (options: WriteOptions): Promise<void> => untilTurn(throttle, options)
  return {
    get: (...call) => kube.get(...call),
    list: (...call) => kube.list(...call),
    page: (...call) => kube.page(...call),
    watch: (...call) => kube.watch(...call),
    version: (...call) => kube.version(...call),
    async create(object, options = {}) {
      await turn(options)
      return await kube.create(object, options)
    },
    async apply(object, options) {
      await turn(options)
      return await kube.apply(object, options)
    },
    async patch(resource, key, options) {
      await turn(options)
      return await kube.patch(resource, key, options)
    },
    async delete(resource, key, options = {}) {
      await turn(options)
      return await kube.delete(resource, key, options)
    },
  }
}

async function untilTurn({ bucket, onWait }: Throttle, { signal, permit }: WriteOptions): Promise<void> {
  const since = performance.now()
  await bucket.take(signal)
  onWait?.(performance.now() - since)
  // What was allowed before the wait need not be any more.
  permit?.()
}
