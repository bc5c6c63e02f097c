/** A reconciler on a cluster, wired as the service wires it, with what a test needs to look and to meddle. */
import type { Kube } from '../../src/kube/kube.ts'
import { DEFAULT_PROFILE } from '../../src/manifests/default-profile.ts'
import type { Tell } from '../../src/model/happening.ts'
import { RESOURCES } from '../../src/model/kubernetes.ts'
import { API_VERSION, FIELD_MANAGER, KIND } from '../../src/model/names.ts'
import type { Participant, ParticipantSpec, Step } from '../../src/model/participant.ts'
import type { Profiles } from '../../src/model/profile.ts'
import { openCaches } from '../../src/observe/caches.ts'
import { DidIndex } from '../../src/observe/did-index.ts'
import { openReconciler, type Reconciler, type ReconcilerOptions } from '../../src/reconcile/reconciler.ts'
import { wokenByNamespace, wokenByParticipant, wokenByWorkload } from '../../src/reconcile/triggers.ts'
import type { Tuning } from '../../src/reconcile/tuning.ts'
import { eventually } from './eventually.ts'
import { RecordedLog } from './recorded-log.ts'

const PROFILES: Profiles = new Map([['default', DEFAULT_PROFILE]])

/** Short enough for a test that waits for a recheck; the back-off is over at once. */
const QUICK: Partial<Tuning> = {
  backoffBaseMs: 5,
  backoffMaxMs: 20,
  recheckMs: 20,
  safetyRecheckMs: 60_000,
  stalledRecheckMs: 50,
  settleMs: 5,
}

export interface ProvisioningOptions {
  readonly kube: Kube
  /** What the reconciler writes with, when it is not the one that the caches read with. */
  readonly writeWith?: Kube
  readonly tuning?: Partial<Tuning>
  readonly concurrency?: number
  readonly tell?: Tell
  readonly onPass?: NonNullable<ReconcilerOptions['onPass']>
}

export interface Provisioning extends AsyncDisposable {
  readonly reconciler: Reconciler
  readonly log: RecordedLog
  /** As the cache holds it. */
  readonly cached: (name: string) => Participant | undefined
}

export async function openProvisioning(options: ProvisioningOptions): Promise<Provisioning> {
  await using stack = new AsyncDisposableStack()
  const log = new RecordedLog()
  const shared = { now: Date.now, random: Math.random, log }
  const caches = stack.use(openCaches({ ...shared, kube: options.kube }))
  const dids = stack.use(new DidIndex(caches.participants))
  const participants: ReconcilerOptions['participants'] = {
    get: (name) => caches.participants.get(name),
    holderOf: (did) => dids.holderOf(did),
    note: (object) => caches.participants.note(object),
  }
  caches.start()
  await caches.whenSynced()
  const reconciler = stack.use(
    openReconciler({
      profiles: PROFILES,
      reserved: ['issuer'],
      newSecret: () => crypto.randomUUID(),
      participants,
      ...shared,
      kube: options.writeWith ?? options.kube,
      tuning: { ...QUICK, ...options.tuning },
      ...(options.tell && { tell: options.tell }),
      ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
      ...(options.onPass && { onPass: options.onPass }),
    }),
  )
  const wake = (name: string | undefined): void => void (name !== undefined && reconciler.disturb(name))
  const { enqueue } = reconciler
  caches.participants.subscribe((change) => wokenByParticipant(change, participants).forEach(enqueue))
  caches.namespaces.subscribe((change) => wake(wokenByNamespace(change)))
  caches.deployments.subscribe((change) => wake(wokenByWorkload(change)))
  caches.statefulSets.subscribe((change) => wake(wokenByWorkload(change)))
  reconciler.enqueueAll([...caches.participants.entries()].map(([name]) => name))
  const owned = stack.move()
  const cached = (name: string): Participant | undefined => caches.participants.get(name)
  return { reconciler, log, cached, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** As `kubectl apply` would, finalizers and defaults left to others. */
export async function createParticipant(
  kube: Kube,
  name: string,
  spec: Partial<ParticipantSpec> = {},
): Promise<Participant> {
  const manifest = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name },
    spec: { did: `did:web:${name}.example`, ...spec },
  }
  return (await kube.create(manifest as unknown as Participant)) as Participant
}

export async function participantIn(kube: Kube, name: string): Promise<Participant | undefined> {
  return await kube.get<Participant>(RESOURCES.Participant, { name })
}

/** Waits for a step of the participant to be as described. */
export async function eventuallyStep(
  kube: Kube,
  name: string,
  expected: Partial<Step> & Pick<Step, 'name'>,
): Promise<Step> {
  const wanted = Object.entries(expected)
  return await eventually(
    async () => {
      const step = (await participantIn(kube, name))?.status?.steps?.find(
        (each) => each.name === expected.name,
      )
      return (
        step !== undefined && wanted.every(([field, value]) => step[field as keyof Step] === value) && step
      )
    },
    { what: `${name} to have step ${JSON.stringify(expected)}` },
  )
}

/** Says what the status engine would say once all components run. */
export async function sayComponentsReady(kube: Kube, name: string): Promise<void> {
  const condition = {
    type: 'ComponentsReady',
    status: 'True',
    reason: 'AllComponentsReady',
    message: 'All components are running and ready',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }
  const patch = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name },
    status: { conditions: [condition] },
  }
  await kube.apply(patch, { manager: FIELD_MANAGER.observe, subresource: 'status', force: true })
}

/** Takes the participant from its creation to its rest, in the place of the status engine. */
export async function eventuallyDone(kube: Kube, name: string): Promise<void> {
  await eventuallyStep(kube, name, { name: 'readiness', state: 'Waiting' })
  await sayComponentsReady(kube, name)
  await eventuallyStep(kube, name, { name: 'readiness', state: 'Done' })
}
