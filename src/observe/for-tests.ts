/** The status engine on a cluster of a test: caches, observer and a store, without a service around them. */
import { RecordedLog } from '../../test/support/recorded-log.ts'
import type { Kube } from '../kube/kube.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { PARTICIPANT_LABEL } from '../model/names.ts'
import type { Answer } from '../status/answer.ts'
import { MemoryStore } from '../store/memory.ts'
import { type Caches, openCaches } from './caches.ts'
import { Observer, type ObserverOptions } from './observer.ts'

export interface Live extends AsyncDisposable {
  readonly observer: Observer
  readonly caches: Caches
  readonly log: RecordedLog
  readonly answerOf: (name: string) => Promise<Answer | undefined>
}

/** Failures, and kinds that nobody serves, are tried again within milliseconds. */
export async function openLive(kube: Kube, more: Partial<ObserverOptions> = {}): Promise<Live> {
  await using stack = new AsyncDisposableStack()
  const log = new RecordedLog()
  const store = stack.use(new MemoryStore())
  const tuning = { backoffBaseMs: 5, backoffMaxMs: 20, unservedMs: 40 }
  const caches = stack.use(openCaches({ kube, log, now: Date.now, random: Math.random, tuning }))
  const observer = stack.use(
    new Observer({
      caches,
      store,
      log,
      now: Date.now,
      digest: (bytes) => String(bytes.length),
      onDerived: () => undefined,
      ...more,
    }),
  )
  caches.start()
  await observer.start(AbortSignal.timeout(10_000))
  const owned = stack.move()
  return {
    observer,
    caches,
    log,
    answerOf: async (name) => {
      const record = await store.get(name)
      return record && (JSON.parse(new TextDecoder().decode(record.body)) as Answer)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A namespace that bears the label and is observed only, with one Deployment that the test keeps from having pods. */
export async function makeObserved(kube: Kube, name: string): Promise<void> {
  const labels = { [PARTICIPANT_LABEL]: name }
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
  await kube.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'dataplane', namespace: name, labels },
    spec: {
      paused: true,
      selector: { matchLabels: { app: 'dataplane' } },
      template: {
        metadata: { labels: { app: 'dataplane', ...labels } },
        spec: { containers: [{ name: 'dataplane', image: 'dataplane:1' }] },
      },
    },
  } as KubeObject)
}
