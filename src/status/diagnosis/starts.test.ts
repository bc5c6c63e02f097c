import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anEnd, assertGrace, aStartingPod, at, anEventAt, findIn, tellOf, waitingFor } from './for-tests.ts'

const OCI = 'failed to create containerd task: exec: "/opt/run": no such file or directory: unknown'

describe('a container that cannot be created or started', () => {
  it('a Secret or ConfigMap that the node has not synced yet never fails a component', () => {
    const pod = aStartingPod(
      waitingFor(
        'CreateContainerConfigError',
        'failed to sync secret cache: timed out waiting for the condition',
      ),
    )
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: undefined, who: 'nobody yet' })
    assert.equal(tellOf({ pod }, 0).cause, 'ConfigMissing')
  })

  it('has a reason also where the kubelet gave none', () => {
    const pod = aStartingPod(waitingFor('', 'failed to sync secret cache'))
    assert.equal(tellOf({ pod }, 0).reason, 'ContainerCreating')
  })

  it('a container whose Secret, ConfigMap or key is missing fails the component after 15 s', () => {
    const texts = [
      'secret "controlplane" not found',
      'configmap "settings" not found',
      "couldn't find key password in Secret acme/postgres",
      'references non-existent config key: log.properties',
    ]
    for (const text of texts) {
      const pod = aStartingPod(waitingFor('CreateContainerConfigError', text))
      assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: 15, who: 'operator' })
      const { cause, message } = tellOf({ pod }, 0)
      assert.deepEqual([cause, message], ['ConfigMissing', `container main cannot be configured: ${text}`])
    }
  })

  it('a container that cannot be created fails the component after 15 s', () => {
    const pod = aStartingPod(
      waitingFor(
        'CreateContainerConfigError',
        'Error: container has runAsNonRoot and image will run as root',
      ),
    )
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: 15, who: 'operator' })
    assert.equal(tellOf({ pod }, 0).cause, 'ContainerStart')
    assert.match(tellOf({ pod }, 0).message, /cannot be created: container has runAsNonRoot/)
    const other = aStartingPod(waitingFor('CreateContainerError', 'context deadline exceeded'))
    assert.equal(tellOf({ pod: other }, 0).reason, 'CreateContainerError')
  })

  it('counts the 15 s from the first event that tells of it, when the image came before', () => {
    const pod = aStartingPod(waitingFor('CreateContainerConfigError', 'secret "x" not found'))
    const events = [anEventAt(60, { message: 'Error: secret "x" not found' })]
    assertGrace((seconds) => findIn({ pod, events }, seconds), { shown: 0, verdict: 75, who: 'operator' })
  })

  it('a container that the runtime cannot start fails the component at once, after 2 min when it ended with 128', () => {
    const waiting = aStartingPod(waitingFor('RunContainerError', OCI))
    assertGrace((seconds) => findIn({ pod: waiting }, seconds), { shown: 0, verdict: 0, who: 'operator' })
    assert.equal(tellOf({ pod: waiting }, 0).message, `container main cannot start: ${OCI}`)
    for (const reason of ['StartError', 'ContainerCannotRun']) {
      const end = anEnd({ reason, exitCode: 127, message: OCI, finishedAt: at(0) })
      const pod = aStartingPod({ terminated: end })
      assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: 0, who: 'operator' })
      const patient = aStartingPod({ terminated: { ...end, exitCode: 128 } })
      assertGrace((seconds) => findIn({ pod: patient }, seconds), { shown: 0, verdict: 120, who: 'operator' })
      assert.deepEqual([tellOf({ pod }, 1).reason, tellOf({ pod }, 1).cause], [reason, 'ContainerStart'])
    }
  })

  it('does not wait for the 2 min once it was restarted twice', () => {
    const end = anEnd({ reason: 'StartError', exitCode: 128, message: OCI })
    const pod = aStartingPod({ ...waitingFor('CrashLoopBackOff'), restarts: 2, lastTerminated: end })
    const { who, cause, message } = tellOf({ pod }, 21)
    assert.deepEqual([who, cause], ['operator', 'ContainerStart'])
    assert.equal(message, `container main cannot start, 2 restarts: ${OCI}`)
  })

  it('a container that waits for a reason nobody knows is shown at once and is never a verdict', () => {
    const pod = aStartingPod(waitingFor('SomethingNew', 'nobody knows what'))
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: undefined, who: 'nobody yet' })
    assert.equal(tellOf({ pod }, 0).message, 'container main waits: SomethingNew: nobody knows what')
  })
})
