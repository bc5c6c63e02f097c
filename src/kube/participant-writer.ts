/** Writes what callers want into the cluster, as a Participant: the only way a request has any effect. */
import type { ManifestInput } from '../manifests/input.ts'
import { faultOfDid } from '../model/did.ts'
import { RefusedError, SpecError } from '../model/errors.ts'
import { readHost } from '../model/host.ts'
import { type KubeObject, type ObjectKey, RESOURCES } from '../model/kubernetes.ts'
import { API_VERSION, faultOfName, FIELD_MANAGER, FINALIZER, KIND, printable } from '../model/names.ts'
import { type Participant, SPEC_DEFAULTS } from '../model/participant.ts'
import type { Profiles } from '../model/profile.ts'
import type { Accepted, CreateRequest, ParticipantWriter } from '../model/requests.ts'
import { DidClaims } from './did-claims.ts'
import { hasReason } from './errors.ts'
import type { Kube } from './kube.ts'
import { isTerminating } from './namespace-state.ts'
import { ParticipantActs } from './participant-acts.ts'
import { absent, discoveredForeign, namespaceForeign, observedOnly, refusalOf } from './refusals.ts'
import { changedMeanwhile, withinDeadline } from './write-deadline.ts'

type Intent = Omit<ManifestInput, 'profile'>

export interface ParticipantWriterOptions {
  readonly kube: Pick<Kube, 'get' | 'create' | 'patch' | 'delete'>
  readonly participants: {
    /** The Participant that claimed this DID first. */
    holderOf(did: string): Participant | undefined
    /** Takes the result of a write of ours ahead of the watch. */
    note(object: KubeObject): void
    /** Its deletion was over at once, so that there is no result to take. */
    departed?(participant: Participant): void
  }
  readonly profiles: Profiles
  /** True for a namespace that is shown as a participant although no resource asks for it. Default: none is. */
  readonly isDiscovered?: (name: string) => boolean
  /** Names that the configuration keeps from participants. */
  readonly reserved: readonly string[]
  /** May throw `SpecError` for a participant that cannot be rendered. */
  readonly objectMapOf: (input: ManifestInput) => Readonly<Record<string, string>>
  /** ms since 1970. */
  readonly now: () => number
  /** Each operation is answered, for good or ill, within this many ms. Default 10,000. */
  readonly deadlineMs?: number
}

export function openParticipantWriter(options: ParticipantWriterOptions): ParticipantWriter {
  const claims = new DidClaims()
  const { deadlineMs = 10_000 } = options
  const writer = (signal: AbortSignal): Writer => new Writer({ ...options, signal })
  const acts = (signal: AbortSignal): ParticipantActs => new ParticipantActs({ ...options, signal })
  return {
    create: async (request) => {
      const intent = intentOf(request, options)
      refuseTakenDid(intent, options)
      using _claim = claims.take(intent.spec.did, intent.name)
      return await withinDeadline(deadlineMs, async (signal) => writer(signal).create(intent))
    },
    preview: async (request) => {
      const intent = intentOf(request, options)
      refuseTakenDid(intent, options)
      return accepted(intent, options)
    },
    delete: async (name) => await withinDeadline(deadlineMs, async (signal) => writer(signal).delete(name)),
    retry: async (name) => await withinDeadline(deadlineMs, async (signal) => acts(signal).retry(name)),
    suspend: async (name) => await withinDeadline(deadlineMs, async (signal) => acts(signal).suspend(name)),
    resume: async (name) => await withinDeadline(deadlineMs, async (signal) => acts(signal).resume(name)),
  }
}

type ReadOptions = Pick<ParticipantWriterOptions, 'profiles' | 'reserved'>

/** Checks all that can be checked without the cluster. Throws `RefusedError`. */
function intentOf(request: CreateRequest, { profiles, reserved }: ReadOptions): Intent {
  const {
    participantName: name,
    did,
    kubeHost = SPEC_DEFAULTS.host,
    profile = SPEC_DEFAULTS.profile,
  } = request
  const nameFault = faultOfName(name, reserved)
  if (nameFault !== undefined) throw new RefusedError('InvalidName', nameFault)
  const didFault = faultOfDid(did)
  if (didFault !== undefined) throw new RefusedError('InvalidDid', didFault)
  const reading = readHost(kubeHost)
  if (!reading.ok) throw new RefusedError('InvalidHost', reading.fault)
  if (!profiles.has(profile)) {
    const known = [...profiles.keys()].map((each) => `"${each}"`).join(', ')
    throw new RefusedError(
      'UnknownProfile',
      `there is no profile "${printable(profile)}"; known are ${known}`,
    )
  }
  return { name, uid: '', spec: { ...SPEC_DEFAULTS, did, host: reading.host, profile } }
}

function refuseTakenDid(
  { name, spec }: Intent,
  { participants }: Pick<ParticipantWriterOptions, 'participants'>,
): void {
  const holder = participants.holderOf(spec.did)?.metadata.name ?? name
  if (holder !== name)
    throw new RefusedError(
      'DidTaken',
      `${spec.did} belongs to participant "${holder}"; use another DID, or delete that participant first`,
    )
}

/** One operation: all its calls end with one signal. */
class Writer {
  readonly #options: ParticipantWriterOptions & { readonly signal: AbortSignal }

  constructor(options: ParticipantWriterOptions & { readonly signal: AbortSignal }) {
    this.#options = options
  }

  async create(intent: Intent): Promise<Accepted> {
    const { kube, signal } = this.#options
    const key = { name: intent.name }
    // Not the cache: it may lag, and what it lacks decides about a write.
    const namespace = await kube.get(RESOURCES.Namespace, key, { signal })
    if (namespace !== undefined) {
      const existing = await this.#read(key)
      if (existing !== undefined) return this.#acceptAgain(existing, intent)
      if (!isTerminating(namespace)) throw this.#foreign(intent.name)
    }
    try {
      return this.#accept(await kube.create(newParticipant(intent), { manager: FIELD_MANAGER.api, signal }))
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error
      const other = await this.#read(key)
      if (other === undefined) throw changedMeanwhile(intent.name, error)
      return this.#acceptAgain(other, intent)
    }
  }

  async delete(name: string): Promise<Accepted> {
    const live = faultOfName(name, []) === undefined ? await this.#read({ name }) : undefined
    if (live === undefined) throw absent(name, { isDiscovered: this.#isDiscovered(name), act: 'delete' })
    if (live.spec.mode === 'Observed') throw observedOnly(name, 'delete')
    if (live.metadata.deletionTimestamp === undefined) await this.#startDeletion(live)
    return this.#accept(live, { note: false })
  }

  async #startDeletion(live: Participant): Promise<void> {
    const { kube, signal, participants } = this.#options
    const { name, uid } = live.metadata
    try {
      const left = await kube.delete(RESOURCES.Participant, { name }, { ...(uid && { uid }), signal })
      if (left?.metadata.deletionTimestamp === undefined) participants.departed?.(live)
      else participants.note(left)
    } catch (error) {
      if (hasReason(error, 'Conflict')) throw changedMeanwhile(name, error)
      throw error
    }
  }

  async #read(key: ObjectKey): Promise<Participant | undefined> {
    const { kube, signal } = this.#options
    return await kube.get<Participant>(RESOURCES.Participant, key, { signal })
  }

  #foreign(name: string): RefusedError {
    return this.#isDiscovered(name) ? discoveredForeign(name) : namespaceForeign(name)
  }

  #isDiscovered(name: string): boolean {
    return this.#options.isDiscovered?.(name) === true
  }

  #acceptAgain(existing: Participant, intent: Intent): Accepted {
    const refusal = refusalOf(existing, intent)
    if (refusal !== undefined) throw refusal
    return this.#accept(existing)
  }

  #accept(participant: Participant, { note } = { note: true }): Accepted {
    const { name, uid = '' } = participant.metadata
    if (note) this.#options.participants.note(participant)
    return accepted({ name, uid, spec: participant.spec }, this.#options)
  }
}

function accepted(
  intent: Intent,
  { objectMapOf, profiles }: Pick<ParticipantWriterOptions, 'objectMapOf' | 'profiles'>,
): Accepted {
  const { name, uid, spec } = intent
  const answer = { participantName: name, uid }
  // Names and kinds are the same in every profile; the one of its own may have left the configuration.
  const profile = profiles.get(spec.profile) ?? profiles.values().next().value
  try {
    if (profile !== undefined) return { ...answer, objects: objectMapOf({ ...intent, profile }) }
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
  }
  // What can no longer be rendered must still be answered for, above all when it is deleted.
  return { ...answer, objects: { [name]: RESOURCES.Namespace.kind } }
}

/** The finalizer is there from birth: a deletion can never be missed. */
function newParticipant({ name, spec }: Intent): Participant {
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name, finalizers: [FINALIZER] }, spec }
}
