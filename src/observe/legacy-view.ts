/** Gathers from the caches of discovery what a verdict on a namespace of the Go provisioner looks at. */
import type { Change } from '../kube/watch-cache.ts'
import type { ObservedClaim, ObservedPod, ObservedWorkload } from '../model/observed.ts'
import type { Participant } from '../model/participant.ts'
import { ByNamespace } from './by-namespace.ts'
import type { LegacyCaches } from './caches.ts'
import type { Surroundings } from './cluster-view.ts'
import { LEGACY_COMPONENTS, legacyParticipant } from './discovery.ts'

export class LegacyView implements Disposable {
  readonly #caches: LegacyCaches
  readonly #deployments = new ByNamespace<ObservedWorkload>()
  readonly #pods = new ByNamespace<ObservedPod>()
  readonly #claims = new ByNamespace<ObservedClaim>()
  readonly #subscriptions = new DisposableStack()

  /** `changed` is told the name of each namespace that has to be looked at again: most turn out to be somebody else's. */
  constructor(caches: LegacyCaches, changed: (name: string) => void) {
    this.#caches = caches
    const { namespaces, deployments, pods, persistentVolumeClaims } = caches
    const follow = <T>(
      cache: { subscribe(listener: (change: Change<T>) => void): Disposable },
      nameOf: (change: Change<T>) => string,
    ): void => void this.#subscriptions.use(cache.subscribe((change) => changed(nameOf(change))))
    follow(namespaces, ({ key }) => key)
    follow(deployments, (change) => this.#deployments.take(change))
    follow(pods, (change) => this.#pods.take(change))
    follow(persistentVolumeClaims, (change) => this.#claims.take(change))
  }

  /** Undefined when the namespace is none of the Go provisioner's. */
  participantOf(name: string): Participant | undefined {
    const namespace = this.#caches.namespaces.get(name)
    return namespace && legacyParticipant(namespace, this.#deployments.of(name))
  }

  /** Undefined when the namespace is none of the Go provisioner's. */
  of(name: string): Omit<Surroundings, 'events'> | undefined {
    const participant = this.participantOf(name)
    return (
      participant && {
        participant,
        namespace: this.#caches.namespaces.get(name),
        workloads: this.#deployments.of(name),
        pods: this.#pods.of(name),
        claims: this.#claims.of(name),
        byName: true,
        expected: LEGACY_COMPONENTS,
      }
    )
  }

  [Symbol.dispose](): void {
    this.#subscriptions.dispose()
  }
}
