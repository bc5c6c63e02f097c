import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aContainer, aPod } from '../../../test/support/builders.ts'
import type { ObservedEvent } from '../../model/observed.ts'
import type { Finding } from '../finding.ts'
import {
  anEventAt,
  assertGrace,
  aNewContainer,
  aStartingPod,
  findIn,
  isVerdict,
  tellOf,
  waitingFor,
} from './for-tests.ts'

const IMAGE = 'registry.example/edc/controlplane:9'
const pulling = (message: string, reason = 'ImagePullBackOff'): ReturnType<typeof aStartingPod> =>
  aStartingPod({ name: 'controlplane', image: IMAGE, ...waitingFor(reason, message) })
const failedPull = (seconds: number, differs: Partial<ObservedEvent> = {}): ObservedEvent =>
  anEventAt(seconds, { message: `Failed to pull image "${IMAGE}": not found`, ...differs })

const NOT_FOUND = `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${IMAGE}: not found`
const SILENT = `rpc error: code = DeadlineExceeded desc = failed to resolve reference "${IMAGE}": dial tcp 10.0.0.1:443: i/o timeout`
const BARE = `Back-off pulling image "${IMAGE}"`

describe('an image that a node cannot get', () => {
  it('an image name that is invalid, or an image that must never be pulled, fails the component at once', () => {
    for (const reason of ['InvalidImageName', 'ErrImageNeverPull']) {
      const pod = pulling('', reason)
      assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: 0, who: 'operator' })
      assert.equal(tellOf({ pod }, 0).cause, 'ImagePull')
      assert.equal(tellOf({ pod }, 0).reason, reason)
    }
    assert.equal(
      tellOf({ pod: pulling('', 'InvalidImageName') }, 0).message,
      `container controlplane has an invalid image name "${IMAGE}"`,
    )
  })

  it('has been tried before when a node backs off, even if nothing tells since when', () => {
    const undated = { readyTurnedAt: '', creationTimestamp: '' }
    const [tried, trying] = [pulling(NOT_FOUND), pulling(NOT_FOUND, 'ErrImagePull')]
    assert.equal(isVerdict(tellOf({ pod: { ...tried, ...undated } }, 0), 0), true)
    assert.equal(isVerdict(tellOf({ pod: { ...trying, ...undated } }, 0), 0), false)
  })

  it('an image that does not exist, or that the registry denies, fails the component after 10 s', () => {
    const pod = pulling(NOT_FOUND, 'ErrImagePull')
    assertGrace((seconds) => findIn({ pod }, seconds), { shown: 0, verdict: 10, who: 'operator' })
    const finding = tellOf({ pod }, 0)
    assert.equal(finding.message, `container controlplane cannot pull image "${IMAGE}": not found`)
    assert.deepEqual(
      [finding.reason, finding.cause, finding.object],
      ['ErrImagePull', 'ImagePull', `Pod/${pod.name}`],
    )
  })

  it('a registry that does not answer fails the component after 3 min or 3 pulls', () => {
    const pod = pulling(`${BARE}: ErrImagePull: ${SILENT}`)
    const grace = { shown: 0, verdict: 180, who: 'platform' } as const
    assertGrace((seconds) => findIn({ pod }, seconds), grace)
    assert.match(
      tellOf({ pod }, 0).message,
      /registry not answering; retrying \(dial tcp 10.0.0.1:443: i\/o timeout\)$/,
    )
    const twice = { pod, events: [failedPull(5, { count: 2 })] }
    assert.equal(tellOf(twice, 20).who, 'nobody yet')
    const thrice = { pod, events: [failedPull(5, { count: 3, lastSeen: failedPull(20).lastSeen })] }
    assert.deepEqual([tellOf(thrice, 20).who, isVerdict(tellOf(thrice, 20), 20)], ['platform', true])
  })

  it('counts the three minutes from the first failed pull when that is known', () => {
    const events = [failedPull(60, { message: `Failed to pull image "${IMAGE}": EOF` })]
    const look = (seconds: number): Finding | undefined => findIn({ pod: pulling(BARE), events }, seconds)
    assertGrace(look, { shown: 0, verdict: 240, who: 'platform' })
  })

  it('takes the cause of a bare back-off from the latest event that names it', () => {
    const events = [
      failedPull(5, { uid: '1', message: `Failed to pull image "${IMAGE}": ${SILENT}` }),
      failedPull(9, { uid: '2', message: `Failed to pull image "${IMAGE}": ${NOT_FOUND}` }),
      failedPull(12, { uid: '3', message: 'Error: ImagePullBackOff' }),
    ]
    assert.match(tellOf({ pod: pulling(BARE), events }, 12).message, /: not found$/)
  })

  it('says that the registry does not answer when nothing tells a cause', () => {
    assert.match(tellOf({ pod: pulling(BARE) }, 1).message, /: registry not answering; retrying$/)
  })

  it('does not take the failure of another image, or of another container, for its own', () => {
    const events = [
      failedPull(5, { message: 'Failed to pull image "other:1": not found' }),
      failedPull(6, {
        about: {
          kind: 'Pod',
          name: 'controlplane-1-abcde',
          uid: 'uid-pod',
          fieldPath: 'spec.containers{other}',
        },
      }),
    ]
    assert.match(tellOf({ pod: pulling(BARE), events }, 6).message, /registry not answering/)
  })

  it('does not tell the user of the registry', () => {
    const pod = pulling(
      `${BARE}: ErrImagePull: toomanyrequests: You have reached your pull rate limit as bob: dckr_jti_abcdefghijkl`,
    )
    const { message, cause } = tellOf({ pod }, 1)
    assert.doesNotMatch(message, /bob|dckr_jti/)
    assert.equal(cause, 'ImagePull')
  })

  it('counts the grace of a main container from the end of the init containers before it', () => {
    const init = aNewContainer({
      kind: 'init',
      ready: true,
      terminated: {
        reason: 'Completed',
        exitCode: 0,
        signal: 0,
        message: '',
        startedAt: '',
        finishedAt: '2026-01-01T00:01:00Z',
      },
    })
    const [main = aContainer()] = pulling(NOT_FOUND).containers
    const pod = aPod({ ready: false, phase: 'Pending', containers: [init, main] })
    assert.equal(tellOf({ pod }, 69.999).who, 'nobody yet')
    assert.equal(tellOf({ pod }, 70).who, 'operator')
  })
})
