/** A cluster that knows one Lease, in memory, as the API server treats it; a test can make it slow, deaf or forbidding. */
import type { KubeApiError } from '../../src/kube/errors.ts'
import type { CallOptions, Kube } from '../../src/kube/kube.ts'
import type { Lease, LeaseSpec } from '../../src/kube/lease-record.ts'
import type { KubeObject } from '../../src/model/kubernetes.ts'
import { refusal } from './scripted-kube.ts'

type Verb = 'get' | 'create' | 'patch'

export class LeaseCluster {
  lease: Lease | undefined
  /** Writes that were carried out, in order. */
  readonly writes: LeaseSpec[] = []
  #version = 0

  /** The cluster as one process reaches it. */
  connect(): LeaseConnection {
    return new LeaseConnection(this)
  }

  put(spec: LeaseSpec): Lease {
    this.#version += 1
    const metadata = {
      namespace: 'default',
      name: 'dataspace-provisioner',
      resourceVersion: String(this.#version),
    }
    this.lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }
    this.writes.push(spec)
    return this.lease
  }

  /** A write of somebody who does not compete. */
  annotate(): void {
    this.put({ ...this.lease?.spec })
  }
}

export class LeaseConnection implements Pick<Kube, 'get' | 'create' | 'patch'> {
  readonly #cluster: LeaseCluster
  /** Every call takes this long, ms. */
  latencyMs = 0
  /** No answer comes any more; nothing is carried out. */
  deaf = false
  /** Writes are carried out, but no answer to them comes. */
  answersLost = false
  refuse: ((verb: Verb) => KubeApiError | undefined) | undefined
  readonly calls: Verb[] = []

  constructor(cluster: LeaseCluster) {
    this.#cluster = cluster
  }

  async get<T extends KubeObject>(
    _resource: unknown,
    _key: unknown,
    options?: CallOptions,
  ): Promise<T | undefined> {
    await this.#arrive('get', options)
    return this.#cluster.lease as T | undefined
  }

  async create<T extends KubeObject>(object: T, options?: CallOptions): Promise<T> {
    await this.#arrive('create', options)
    if (this.#cluster.lease !== undefined) throw refusal(409, 'AlreadyExists')
    const { spec = {} } = object as Lease
    return await this.#answered(this.#cluster.put(spec), options)
  }

  async patch<T extends KubeObject>(
    _resource: unknown,
    _key: unknown,
    options: CallOptions & { readonly body: unknown },
  ): Promise<T> {
    await this.#arrive('patch', options)
    const { metadata, spec } = options.body as Lease
    const { lease } = this.#cluster
    if (lease === undefined) throw refusal(404, 'NotFound')
    if (lease.metadata.resourceVersion !== metadata.resourceVersion) throw refusal(409, 'Conflict')
    return await this.#answered(this.#cluster.put({ ...lease.spec, ...spec }), options)
  }

  async #arrive(verb: Verb, options: CallOptions | undefined): Promise<void> {
    this.calls.push(verb)
    if (this.deaf) await untilAborted(options)
    if (this.latencyMs > 0) await Promise.race([delayed(this.latencyMs), untilAborted(options)])
    const error = this.refuse?.(verb)
    if (error !== undefined) throw error
  }

  async #answered<T>(object: Lease, options: CallOptions | undefined): Promise<T> {
    if (this.answersLost) await untilAborted(options)
    return object as T
  }
}

async function untilAborted({ signal }: CallOptions = {}): Promise<never> {
  return await new Promise((_resolve, reject) => {
    if (signal?.aborted === true) reject(signal.reason as Error)
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

async function delayed(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms)
  })
}
