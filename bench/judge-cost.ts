/** What a verdict costs: one participant with everything a verdict looks at, and ten thousand of them after each other. */
import type { KubeObject } from '../src/model/kubernetes.ts'
import { COMPONENTS, type Participant } from '../src/model/participant.ts'
import { projectEvent } from '../src/status/events/project-event.ts'
import { judge, type Snapshot } from '../src/status/participant.ts'
import { projectClaim } from '../src/status/project-claim.ts'
import { projectNamespace, projectParticipant } from '../src/status/project-participant.ts'
import { projectPod } from '../src/status/project-pod.ts'
import { projectDeployment } from '../src/status/project-workload.ts'
import { type Figure, figure, median, quantile } from './figure.ts'
import { claimOf, deploymentOf, eventOf, namespaceOf, participantOf, podOf } from './objects.ts'
import { nameOf } from './records.ts'

const EVENTS = 20
const ROUNDS = 200
const PER_ROUND = 200
const PARTICIPANTS = 10_000

/** 5 components, 5 pods, 20 events; every second participant has a crash loop, the dearer half of the work. */
function snapshotOf(name: string, broken: boolean): Snapshot {
  const pods = COMPONENTS.map((component) => podOf(name, component))
  return {
    participant: projectParticipant(participantOf(name)) as Participant,
    namespace: projectNamespace(namespaceOf(name)),
    workloads: COMPONENTS.map((component) => projectDeployment(deploymentOf(name, component))),
    pods: pods.map((pod, index) => projectPod(broken && index === 0 ? crashing(pod) : pod)),
    claims: ['postgres', 'vault'].map((component) => projectClaim(claimOf(name, component))),
    events: Array.from({ length: EVENTS }, (_, index) =>
      projectEvent(eventOf(name, COMPONENTS[index % COMPONENTS.length] ?? '', index)),
    ),
    everReady: true,
    nowMs: Date.parse('2026-01-01T01:00:00Z'),
  }
}

function crashing(pod: KubeObject): KubeObject {
  const copy = structuredClone(pod) as KubeObject & { status: Record<string, unknown> }
  const ended = { exitCode: 1, reason: 'Error', finishedAt: '2026-01-01T00:59:50Z', message: 'no database' }
  copy.status['conditions'] = [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T00:59:50Z' }]
  copy.status['containerStatuses'] = [
    {
      name: 'postgres',
      image: 'x',
      ready: false,
      restartCount: 5,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
      lastState: { terminated: ended },
    },
  ]
  return copy
}

/** The median round of many, per verdict: single verdicts are shorter than the clock is fine. */
export async function judgeCost(): Promise<Figure> {
  const snapshots = Array.from({ length: PER_ROUND }, (_, index) =>
    snapshotOf(nameOf(index), index % 2 === 0),
  )
  const perVerdictUs: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now()
    for (const snapshot of snapshots) judge(snapshot)
    perVerdictUs.push(((performance.now() - started) * 1000) / PER_ROUND)
  }
  const settled = perVerdictUs.slice(ROUNDS / 4)
  return figure({
    value: median(settled),
    bound: 50,
    better: 'lower',
    unit: 'µs per verdict',
    detail: { p99OfRounds: quantile(settled, 0.99), events: EVENTS, pods: COMPONENTS.length },
  })
}

/** The whole recomputation of an answer, cold: verdict, events, conditions, JSON, entity tag. */
export async function recomputeTime(): Promise<Figure> {
  const { derive } = await import('../src/observe/answers.ts')
  const { createHash } = await import('node:crypto')
  const digest = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('base64url')
  const snapshots = Array.from({ length: PARTICIPANTS }, (_, index) =>
    snapshotOf(nameOf(index), index % 10 === 0),
  )
  const recompute = (): number => {
    const started = performance.now()
    for (const snapshot of snapshots)
      derive({ snapshot, verdict: judge(snapshot), before: undefined, digest })
    return performance.now() - started
  }
  const first = recompute()
  const rest = [recompute(), recompute(), recompute()]
  return figure({
    value: median(rest) / 1000,
    bound: 1,
    better: 'lower',
    unit: 's',
    detail: { participants: PARTICIPANTS, firstMs: first, restMs: rest },
  })
}
