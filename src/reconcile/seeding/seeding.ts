/** What the steps of seeding are handed besides the work: the ways to EDC, and what one pass has found out about it. */
import {
  issuerApi,
  type ParticipantAccess,
  type ParticipantEdc,
  participantEdc,
  probeProfile,
} from '../../edc/edc.ts'
import type { IssuerApi } from '../../edc/issuer.ts'
import type { EdcShared } from '../../edc/shared.ts'
import { MANAGEMENT_API_KEY, type SecretKey, SUPERUSER_API_KEY } from '../../manifests/secrets.ts'
import { SpecError } from '../../model/errors.ts'
import type { Reach, Send } from '../../model/exchange.ts'
import { RESOURCES } from '../../model/kubernetes.ts'
import type { Participant } from '../../model/participant.ts'
import { readySince } from '../../model/seed-steps.ts'
import { type EdcProfile, needsSharedVault, vaultNeeded } from '../../seed/profile.ts'
import { edcProfile } from '../../seed/profiles.ts'
import type { IssuerSettings, ProfileSeeding, SeedSettings } from '../../seed/settings.ts'
import { type SecretObject, valueIn } from '../secret-record.ts'
import type { Work } from '../work.ts'

/** The same for every participant. */
export interface Seeding {
  readonly settings: SeedSettings
  /** To the components of participants. */
  readonly reach: Reach
  readonly toIssuer: (address: URL) => Send
  readonly shared: EdcShared
  /** Another text at every call; names an attempt to get a credential. */
  readonly newPid: () => string
}

/** How this participant is seeded; undefined when it is not. */
export function seedingOf(
  { spec }: Pick<Participant, 'spec'>,
  seeding: Seeding | undefined,
): ProfileSeeding | undefined {
  return spec.mode === 'Observed' ? undefined : seeding?.settings.profiles.get(spec.profile)
}

/** The EDC of a participant, during one pass. */
export interface Session {
  readonly access: ParticipantAccess
  readonly profile: EdcProfile
  readonly edc: ParticipantEdc
}

/** Rejects with an `EdcError`, a `KubeApiError`, or a `SpecError` when the keys are not there. */
export async function openSession(work: Work, seeding: Seeding, how: ProfileSeeding): Promise<Session> {
  const { name, signal } = work
  const { reach, shared } = seeding
  const access = { participant: name, reach, readyForMs: () => readyForMs(work) }
  const spoken =
    how.generation === 'probe'
      ? await recognised(await probeProfile(access, shared, signal))
      : edcProfile(how.generation)
  const profile = withVault(spoken, how.vault)
  const keys = {
    management: await keyIn(work, MANAGEMENT_API_KEY),
    identity: await keyIn(work, SUPERUSER_API_KEY),
  }
  return { access, profile, edc: participantEdc({ ...access, profile, keys }, shared) }
}

/** In a vault that both use the control plane finds the secret by itself, whatever the generation. */
function withVault(spoken: EdcProfile, vault: ProfileSeeding['vault']): EdcProfile {
  if (vault === 'shared') return { ...spoken, secretHandOver: 'shared-vault' }
  if (needsSharedVault(spoken)) throw new SpecError('EdcVaultNeeded', vaultNeeded(spoken.name))
  return spoken
}

async function recognised(found: Awaited<ReturnType<typeof probeProfile>>): Promise<EdcProfile> {
  if (found.kind === 'known') return found.profile
  throw new SpecError('EdcGenerationUnknown', found.message)
}

/** Since the components became ready, which is as long as any of them has been at least. */
function readyForMs({ participant, now }: Work): number {
  const since = readySince(participant)
  return since === undefined ? 0 : now() - Date.parse(since)
}

/** Rejects with a `KubeApiError`, or a `SpecError` when the key is not there. */
export async function openIssuer(
  work: KeyReader,
  seeding: Pick<Seeding, 'toIssuer' | 'shared'>,
  issuer: IssuerSettings,
): Promise<IssuerApi> {
  const { address, issuerDid: did, contextId, generation, key } = issuer
  const access = { did, send: seeding.toIssuer(address), adminPath: '', contextId }
  const secret = 'value' in key ? key.value : await keyIn(work, { ...key.secret, secret: key.secret.name })
  return issuerApi({ ...access, profile: edcProfile(generation), key: secret }, seeding.shared)
}

/** In the namespace of the participant unless another is named. */
export async function keyIn(work: KeyReader, { secret: name, key, ...place }: KeyPlace): Promise<string> {
  const { namespace = work.name } = place
  const { kube, signal } = work
  const found = await kube.get<SecretObject>(RESOURCES.Secret, { namespace, name }, { signal })
  const value = valueIn(found, key)
  if (value !== undefined) return value
  throw new SpecError(
    'KeyMissing',
    `Secret "${name}" in namespace "${namespace}" has no "${key}"; without that key EDC cannot be called`,
  )
}

interface KeyReader extends Pick<Work, 'name' | 'signal'> {
  readonly kube: Pick<Work['kube'], 'get'>
}

interface KeyPlace extends SecretKey {
  readonly namespace?: string
}
