/** A Kube whose lists and watches a test can hold back: what happens meanwhile is told when it lets go. Writes and reads of one object go on. */
import type { Kube } from '../../src/kube/kube.ts'
import type { KubeObject } from '../../src/model/kubernetes.ts'

export interface HeldBackKube {
  readonly kube: Kube
  hold(): void
  release(): void
}

export function holdBack(kube: Kube): HeldBackKube {
  let open: () => void = () => undefined
  let gate: Promise<void> | undefined
  async function* afterGate<T>(events: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
    for await (const event of events) {
      // Whoever stops reading must not wait for the gate.
      if (gate !== undefined) await Promise.race([gate, aborted(signal)])
      yield event
    }
  }
  return {
    kube: {
      get: (...call) => kube.get(...call),
      list: (...call) => kube.list(...call),
      create: (...call) => kube.create(...call),
      apply: (...call) => kube.apply(...call),
      patch: (...call) => kube.patch(...call),
      delete: (...call) => kube.delete(...call),
      version: (...call) => kube.version(...call),
      async page<T extends KubeObject>(...call: Parameters<Kube['page']>) {
        const page = await kube.page<T>(...call)
        if (gate !== undefined) await Promise.race([gate, aborted(call[1]?.signal)])
        return page
      },
      watch: (resource, options) => afterGate(kube.watch(resource, options), options.signal),
    },
    hold() {
      gate ??= new Promise<void>((resolve) => {
        open = resolve
      })
    },
    release() {
      gate = undefined
      open()
    },
  }
}

async function aborted(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal?.aborted === true) resolve()
    signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
