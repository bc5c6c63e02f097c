import {
  issuerApi,
  observability,
  type ParticipantEdc,
  participantEdc,
  probeProfile,
} from '../../src/edc/edc.ts'
import { Guard } from '../../src/edc/guard.ts'
import { byTemplate } from '../../src/edc/reach.ts'
import type { EdcShared } from '../../src/edc/shared.ts'
/** A participant and an issuer of the doubles, with the client that the product has for them, over real HTTP. */
import { EDC_TUNING, type EdcTuning } from '../../src/edc/tuning.ts'
import { openWeb } from '../../src/edc/web.ts'
import type { RuntimeName } from '../../src/manifests/addresses.ts'
import type { EdcProfileName } from '../../src/seed/profile.ts'
import { edcProfile } from '../../src/seed/profiles.ts'
import { EdcDataspace, type ParticipantRuntimes } from '../../src/simulator/edc/dataspace.ts'
import type { GenerationName } from '../../src/simulator/edc/generation.ts'
import type { Issuer } from '../../src/simulator/edc/issuer.ts'
import type { EdcUnderTest } from './edc-promises.ts'
import { ADMIN_PATH, openEdcServer } from './edc-server.ts'

const DID = 'did:web:127.0.0.1%3A27083:acme'
const ISSUER_DID = 'did:web:issuer.example%3A10016'
const ISSUER_KEY = 'key-of-the-issuer'

export interface EdcDouble extends EdcUnderTest {
  readonly runtimes: ParticipantRuntimes
  readonly issuer: NonNullable<EdcUnderTest['issuer']>
  readonly issuerDouble: Issuer
  readonly shared: EdcShared
  /** How long the runtimes have been ready is told truly; `edc` is told that they are old. */
  readonly young: ParticipantEdc
  readonly pass: (ms: number) => void
}

/** Started a minute ago; the client speaks the profile of that generation unless another is given. */
export async function openEdcDouble(
  name: GenerationName,
  tuning: Partial<EdcTuning> = {},
  spoken: GenerationName = name,
): Promise<EdcDouble> {
  await using stack = new AsyncDisposableStack()
  let [now, numbers] = [Date.parse('2026-01-01T00:00:00Z'), 0]
  const dataspace = new EdcDataspace({
    generation: name,
    now: () => now,
    random: () => `random-number-${(numbers += 1)}`,
  })
  const keys = { management: 'key-of-the-control-plane', identity: 'c3VwZXItdXNlcg==.key-of-the-hub\n' }
  const runtimes = dataspace.start('acme', {
    managementKey: keys.management,
    identityKey: keys.identity.trim(),
  })
  const issuerDouble = dataspace.addIssuer({ did: ISSUER_DID, contextId: 'issuer', key: ISSUER_KEY })
  const server = stack.use(await openEdcServer(dataspace))
  const web = stack.use(openWeb())
  const shared = sharedFor({ ...EDC_TUNING, ...tuning }, () => now)
  const profile = edcProfile(`edc-${spoken}` satisfies EdcProfileName)
  const access = { participant: 'acme', reach: byTemplate(web, server.template), profile }
  const issuer = issuerApi(
    {
      did: ISSUER_DID,
      send: web.to(server.issuerUrl(issuerDouble)),
      adminPath: ADMIN_PATH,
      contextId: 'issuer',
      profile,
      key: ISSUER_KEY,
    },
    shared,
  )
  now += 60_000
  const ageOf = (runtime: RuntimeName): number =>
    runtime === 'dataplane' ? Infinity : runtimes.ageMs(runtime)
  const owned = stack.move()
  return {
    profile,
    edc: participantEdc({ ...access, keys }, shared),
    stranger: participantEdc({ ...access, keys: { management: 'wrong', identity: 'wrong' } }, shared),
    young: participantEdc({ ...access, keys, readyForMs: ageOf }, shared),
    isReady: async (runtime) => observability(access, runtime, shared).isReady(AbortSignal.timeout(10_000)),
    probe: () => probeProfile(access, shared, AbortSignal.timeout(10_000)),
    contextId: 'acme',
    did: DID,
    credentialsUrl: 'http://identityhub.acme.svc:17082/api/credentials',
    issuerDid: ISSUER_DID,
    issuer,
    issuerDouble,
    runtimes,
    shared,
    secretHeld: (alias) => runtimes.secretHeld(alias),
    pass: (ms) => void (now += ms),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** With a guard of its own. */
export function sharedFor(tuning: EdcTuning, now: () => number): EdcShared {
  return { guard: new Guard(tuning, now), tuning }
}
