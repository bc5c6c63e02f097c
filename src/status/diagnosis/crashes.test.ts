import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aContainer, aPod } from '../../../test/support/builders.ts'
import type { ObservedContainer, ObservedPod } from '../../model/observed.ts'
import {
  anEnd,
  anEventAt,
  aNewContainer,
  assertGrace,
  at,
  findIn,
  isVerdict,
  tellOf,
  waitingFor,
} from './for-tests.ts'

const runningPod = (container: ObservedContainer, differs: Partial<ObservedPod> = {}): ObservedPod =>
  aPod({ ready: false, containers: [container], ...differs })
const backingOff = (restarts: number, differs: Partial<ObservedContainer> = {}): ObservedPod =>
  runningPod(
    aNewContainer({
      name: 'controlplane',
      restarts,
      ...waitingFor('CrashLoopBackOff', 'back-off 40s restarting failed container'),
      lastTerminated: anEnd({ message: 'no such database' }),
      ...differs,
    }),
  )

describe('a container that ends again and again', () => {
  it('a container in a crash loop fails the component at its second restart, or when it ends twice with the same exit code', () => {
    assertGrace((seconds) => findIn({ pod: backingOff(2) }, seconds), {
      shown: 0,
      verdict: 0,
      who: 'operator',
    })
    const { reason, cause, message } = tellOf({ pod: backingOff(3) }, 20)
    assert.deepEqual([reason, cause], ['CrashLoopBackOff', 'CrashLoop'])
    assert.equal(
      message,
      'container controlplane ended with exit code 1 at 2026-01-01T00:00:20Z, 3 restarts: no such database',
    )
    const once = tellOf({ pod: backingOff(1) }, 20)
    assert.deepEqual([once.reason, once.who, once.verdictAtMs], ['CrashLoopBackOff', 'nobody yet', undefined])
    const twice = aNewContainer({
      restarts: 1,
      terminated: anEnd({ exitCode: 3 }),
      lastTerminated: anEnd({ exitCode: 3 }),
    })
    assert.equal(isVerdict(tellOf({ pod: runningPod(twice) }, 20), 20), true)
    const differently = { ...twice, lastTerminated: anEnd({ exitCode: 4 }) }
    assert.equal(isVerdict(tellOf({ pod: runningPod(differently) }, 20), 20), false)
  })

  it('is told by its back-off alone when nothing says how it ended', () => {
    const untold = (restarts: number): ObservedPod => {
      const { lastTerminated: _, ...container } = backingOff(restarts).containers[0] ?? aNewContainer()
      return runningPod(container)
    }
    const { cause, message } = tellOf({ pod: untold(5) }, 20)
    assert.equal(cause, 'CrashLoop')
    assert.equal(
      message,
      'container controlplane ends after its start, 5 restarts: back-off 40s restarting failed container',
    )
    assert.equal(isVerdict(tellOf({ pod: untold(5) }, 20), 20), true)
    assert.equal(tellOf({ pod: untold(1) }, 20).who, 'nobody yet')
  })

  it('a crash loop keeps its reason and its verdict between restarts, until the container has run ready for 60 s', () => {
    const running = aContainer({ ready: false, restarts: 3, runningSince: at(100), lastTerminated: anEnd() })
    const finding = tellOf({ pod: runningPod(running) }, 130)
    assert.deepEqual([finding.reason, finding.who], ['CrashLoopBackOff', 'operator'])
    const ended = aNewContainer({ restarts: 3, terminated: anEnd() })
    assert.equal(tellOf({ pod: runningPod(ended) }, 130).reason, 'CrashLoopBackOff')

    const pod = aPod({ ready: true, readyTurnedAt: at(110), containers: [{ ...running, ready: true }] })
    assert.equal(tellOf({ pod }, 169.999).reason, 'CrashLoopBackOff')
    assert.equal(findIn({ pod }, 170), undefined)
  })

  it('holds a container that does not become ready to its crashes for as long as the kubelet does: 10 min', () => {
    const running = aContainer({ ready: false, restarts: 3, runningSince: at(100), lastTerminated: anEnd() })
    assert.equal(tellOf({ pod: runningPod(running) }, 699.999).cause, 'CrashLoop')
    assert.equal(tellOf({ pod: runningPod(running) }, 700).cause, 'ProbeFailing')
  })

  it('forgets the crashes of a container that runs ready for long', () => {
    const running = aContainer({ restarts: 5, lastTerminated: anEnd() })
    assert.equal(findIn({ pod: aPod({ containers: [running] }) }, 3600), undefined)
  })

  it('does not forget them because another container of the pod is the one in trouble', () => {
    const crashing = aContainer({ restarts: 2, runningSince: at(100), lastTerminated: anEnd() })
    const pod = runningPod(crashing, { containers: [crashing, aContainer({ name: 'other', ready: false })] })
    assert.equal(tellOf({ pod }, 120).reason, 'CrashLoopBackOff')
    assert.notEqual(tellOf({ pod }, 160).reason, 'CrashLoopBackOff')
  })

  it('a container that restarted once is shown, and is given another chance', () => {
    const running = aContainer({ ready: false, restarts: 1, runningSince: at(21), lastTerminated: anEnd() })
    const pod = runningPod(running)
    const { message, verdictAtMs, who } = tellOf({ pod }, 30)
    assert.match(message, /ended with exit code 1 at 2026-01-01T00:00:20Z, restarted once$/)
    assert.deepEqual([verdictAtMs, who], [undefined, 'nobody yet'])
    assert.match(tellOf({ pod }, 80.999).message, /restarted once/)
    assert.doesNotMatch(findIn({ pod }, 81)?.message ?? '', /restarted once/)
    const first = runningPod(aNewContainer({ terminated: anEnd({ exitCode: 2 }) }))
    assert.match(tellOf({ pod: first }, 20).message, /ended with exit code 2/)
  })

  it('says nothing of one restart of a pod that is ready', () => {
    const running = aContainer({ restarts: 1, runningSince: at(21), lastTerminated: anEnd() })
    assert.equal(findIn({ pod: aPod({ readyTurnedAt: at(22), containers: [running] }) }, 23), undefined)
  })

  it('a container killed for its memory is shown at once and fails the component at the second time', () => {
    const killed = anEnd({ reason: 'OOMKilled', exitCode: 137 })
    const first = runningPod(aNewContainer({ memoryLimit: '512Mi', terminated: killed }))
    const shown = tellOf({ pod: first }, 20)
    assert.deepEqual([shown.reason, shown.cause, shown.who], ['OOMKilled', 'OutOfMemory', 'nobody yet'])
    assert.equal(shown.message, 'container main was killed: memory limit 512Mi at 2026-01-01T00:00:20Z')
    const second = aNewContainer({ restarts: 1, terminated: killed, lastTerminated: killed })
    assert.equal(tellOf({ pod: runningPod(second) }, 20).who, 'operator')
    const held = aContainer({ restarts: 2, runningSince: at(30), lastTerminated: killed })
    const ready = aPod({ readyTurnedAt: at(31), containers: [held] })
    assert.match(tellOf({ pod: ready }, 40).message, /used more than its memory limit/)
    assert.equal(findIn({ pod: ready }, 91), undefined)
  })

  it('does not take a container that was killed for another reason for one out of memory', () => {
    const pod = backingOff(2, { lastTerminated: anEnd({ exitCode: 137, signal: 9 }) })
    const { cause, message } = tellOf({ pod }, 20)
    assert.equal(cause, 'CrashLoop')
    assert.match(message, /exit code 137 \(SIGKILL\)/)
  })

  it('a container that its startup or liveness probe ends again and again fails the component like a crash', () => {
    const events = [
      anEventAt(19, {
        reason: 'Unhealthy',
        message: 'Liveness probe failed: HTTP probe failed with statuscode: 503',
      }),
    ]
    const pod = backingOff(2, {
      lastTerminated: anEnd({ exitCode: 143 }),
      probes: [{ kind: 'liveness', asks: 'GET :8080/alive', budgetMs: 31_000 }],
    })
    const { cause, reason, who, message } = tellOf({ pod, events }, 20)
    assert.deepEqual([cause, reason, who], ['ProbeFailing', 'CrashLoopBackOff', 'operator'])
    assert.equal(
      message,
      'container controlplane was ended by the kubelet, 2 restarts: its liveness probe GET :8080/alive fails: HTTP probe failed with statuscode: 503',
    )
    const killing = 'Container controlplane failed liveness probe, will be restarted'
    const only = [anEventAt(19, { type: 'Normal', reason: 'Killing', message: killing })]
    assert.match(tellOf({ pod, events: only }, 20).message, /its liveness probe GET :8080\/alive fails$/)
    const itself = backingOff(2, { lastTerminated: anEnd({ exitCode: 1 }) })
    assert.equal(tellOf({ pod: itself, events }, 20).cause, 'CrashLoop')
    const later = [{ ...events[0], firstSeen: at(30), lastSeen: at(30) }] as typeof events
    assert.equal(tellOf({ pod, events: later }, 40).cause, 'CrashLoop')
  })

  it('calls it a crash loop too when a program ends by itself in order', () => {
    const pod = backingOff(2, { lastTerminated: anEnd({ exitCode: 0, reason: 'Completed' }) })
    assert.match(tellOf({ pod }, 20).message, /ended by itself with exit code 0/)
    assert.equal(tellOf({ pod }, 20).who, 'operator')
  })

  it('tells the last words that say something, not the frames of a stack trace', () => {
    const message = [
      'Starting EDC',
      'java.lang.IllegalStateException: boot failed',
      '\tat org.example.Main.main(Main.java:1)',
      'Caused by: java.net.UnknownHostException: postgres',
      '\tat java.base/Foo.bar(Foo.java:2)',
      '\t... 12 more',
      '',
    ].join('\n')
    const pod = backingOff(2, { lastTerminated: anEnd({ message }) })
    assert.match(tellOf({ pod }, 20).message, /: Caused by: java.net.UnknownHostException: postgres$/)
  })

  it('does not tell a password that a program said when it ended', () => {
    const pod = backingOff(2, {
      lastTerminated: anEnd({ message: 'cannot open jdbc:postgresql://db/x?password=hunter2' }),
    })
    assert.doesNotMatch(tellOf({ pod }, 20).message, /hunter2/)
  })

  it('cuts long last words', () => {
    const pod = backingOff(2, { lastTerminated: anEnd({ message: 'x'.repeat(2000) }) })
    assert.ok(tellOf({ pod }, 20).message.length < 420)
  })
})

describe('containers beside the main ones', () => {
  const main = aNewContainer({ ...waitingFor('PodInitializing') })

  it('an init container is judged by the rules of the others, and named as one', () => {
    const prepare = aNewContainer({
      name: 'prepare',
      kind: 'init',
      ready: true,
      terminated: anEnd({ exitCode: 0, reason: 'Completed' }),
    })
    const migrate = aNewContainer({
      name: 'migrate',
      kind: 'init',
      restarts: 2,
      ...waitingFor('CrashLoopBackOff'),
      lastTerminated: anEnd(),
    })
    const crashing = aPod({ ready: false, phase: 'Pending', containers: [prepare, migrate, main] })
    const { reason, message, who } = tellOf({ pod: crashing }, 20)
    assert.deepEqual([reason, who], ['Init:CrashLoopBackOff', 'operator'])
    assert.match(message, /^init container migrate \(2\/2\) ended with exit code 1/)
    const pull = aNewContainer({ kind: 'init', ...waitingFor('ErrImagePull', 'manifest unknown') })
    const pulling = aPod({ ready: false, phase: 'Pending', containers: [pull, main] })
    assert.equal(tellOf({ pod: pulling }, 1).reason, 'Init:ErrImagePull')
    const ended = aNewContainer({ kind: 'init', terminated: anEnd({ exitCode: 7 }) })
    assert.equal(
      tellOf({ pod: aPod({ ready: false, phase: 'Pending', containers: [ended, main] }) }, 20).reason,
      'Init:Error',
    )
  })

  it('is not troubled by the restarts of an init container that succeeded at last', () => {
    const prepare = aNewContainer({
      kind: 'init',
      ready: true,
      restarts: 4,
      terminated: anEnd({ exitCode: 0 }),
      lastTerminated: anEnd(),
    })
    assert.equal(findIn({ pod: aPod({ containers: [prepare, aContainer()] }) }, 30), undefined)
    const pod = aPod({
      ready: false,
      phase: 'Pending',
      containers: [prepare, aNewContainer(waitingFor('PodInitializing'))],
    })
    assert.equal(findIn({ pod }, 30), undefined)
  })

  it('a sidecar that ended after its pod was done is ignored', () => {
    const done = aNewContainer({ kind: 'sidecar', restarts: 2, terminated: anEnd({ exitCode: 0 }) })
    const pod = aPod({ ready: false, containers: [done, aNewContainer(waitingFor('ContainerCreating'))] })
    assert.equal(findIn({ pod }, 30), undefined)
    const crashed = { ...done, terminated: anEnd({ exitCode: 1 }) }
    assert.match(
      tellOf({ pod: aPod({ ready: false, containers: [crashed] }) }, 30).message,
      /^sidecar main ended/,
    )
  })

  it('containers that are being created are no finding', () => {
    for (const reason of ['ContainerCreating', 'PodInitializing', '']) {
      const pod = aPod({ ready: false, phase: 'Pending', containers: [aNewContainer(waitingFor(reason))] })
      assert.equal(findIn({ pod }, 3600), undefined)
    }
  })
})
