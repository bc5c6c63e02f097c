/** What answers behind the Services of the built-in cluster: EDC and its vault, while their pods are ready, with the keys of their Secrets. */
import { type Resource, RESOURCES } from '../../model/kubernetes.ts'
import { asText, objectAt } from '../json.ts'
import type { ServicePlace } from '../service-proxy.ts'
import type { State, StoredObject } from '../state.ts'
import type { EdcAnswer, EdcRequest } from './answers.ts'
import type { ClusterVaults } from './cluster-vaults.ts'
import type { EdcDataspace, ParticipantRuntimes } from './dataspace.ts'
import type { Runtime } from './early.ts'
import type { Issuer } from './issuer.ts'
import { runningBehind } from './running.ts'

/** Where issuers of the cluster listen: a namespace that no participant can have. */
export const ISSUER_PLACE: ServicePlace = { namespace: 'issuer', service: 'issuer', port: 10_013 }
export const ISSUER_ADMIN_PATH = '/api/admin'
const VAULT_PORT = 8200

export interface ClusterRuntimesOptions {
  readonly state: State
  readonly dataspace: EdcDataspace
  /** Answers at {@link ISSUER_PLACE}. */
  readonly issuer: Issuer
  readonly vaults: ClusterVaults
}

interface Started {
  /** Of the namespace: another one of that name is another participant. */
  readonly of: string
  readonly runtimes: ParticipantRuntimes
  /** What runs, by runtime: another pod, or another start of its container, is another. */
  readonly running: Map<Runtime, string>
}

export class ClusterRuntimes {
  readonly #options: ClusterRuntimesOptions
  readonly #started = new Map<string, Started>()

  constructor(options: ClusterRuntimesOptions) {
    this.#options = options
  }

  /** Undefined: nothing listens there. */
  answer(place: ServicePlace, request: EdcRequest): EdcAnswer | undefined {
    const { namespace, service, port } = place
    if (namespace === ISSUER_PLACE.namespace) return this.#issuerAnswer(place, request)
    if (service === 'vault')
      return port === VAULT_PORT ? this.#options.vaults.answer(namespace, request) : undefined
    if (service !== 'controlplane' && service !== 'identityhub') return undefined
    const running = this.#runningOf(namespace, service)
    if (running === undefined) return undefined
    this.#keepUp(namespace, service, running)
    return this.#options.dataspace.answer({ participant: namespace, service, port }, request)
  }

  #issuerAnswer({ service, port }: ServicePlace, request: EdcRequest): EdcAnswer | undefined {
    if (service !== ISSUER_PLACE.service || port !== ISSUER_PLACE.port) return undefined
    return this.#options.issuer.answer(request, request.path.slice(ISSUER_ADMIN_PATH.length))
  }

  /** Starts what is new, and starts anew what was replaced since the last request. */
  #keepUp(name: string, runtime: Runtime, running: string): void {
    const { vaults } = this.#options
    const sharesVault = objectAt(this.#at(RESOURCES.ConfigMap, name, 'controlplane-settings'), 'data')[
      'EDC_VAULT_HASHICORP_URL'
    ]
    const keys = {
      managementKey: this.#valueIn(name, 'controlplane-credentials', 'management-api-key'),
      identityKey: this.#valueIn(name, 'identityhub-credentials', 'superuser-api-key'),
    }
    const of = JSON.stringify([
      this.#options.state.get(RESOURCES.Namespace, { name })?.metadata.uid,
      keys,
      sharesVault,
    ])
    const known = this.#started.get(name)
    if (known?.of !== of) {
      const runtimes = this.#options.dataspace.start(name, {
        ...keys,
        ...(sharesVault !== undefined && {
          vault: (user) => vaults.opens(name, this.#valueIn(name, 'vault-tokens', `${user}-token`)),
        }),
      })
      this.#started.set(name, { of, runtimes, running: new Map([[runtime, running]]) })
      return
    }
    const before = known.running.get(runtime)
    known.running.set(runtime, running)
    if (before !== undefined && before !== running) known.runtimes.restart(runtime)
  }

  #runningOf(namespace: string, name: string): string | undefined {
    return runningBehind(this.#options.state, namespace, name)
  }

  #valueIn(namespace: string, name: string, key: string): string {
    const encoded = objectAt(this.#at(RESOURCES.Secret, namespace, name), 'data')[key]
    return Buffer.from(asText(encoded), 'base64').toString('utf8')
  }

  #at(resource: Resource, namespace: string, name: string): StoredObject | undefined {
    return this.#options.state.get(resource, { namespace, name })
  }
}
