import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { OBSERVE_CONDITIONS } from '../model/participant.ts'
import { judged, runExplain } from './for-tests.ts'

const born = '2026-01-01T00:00:00Z'

const aDeployment = (name: string, namespace: string, rest: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, uid: `uid-${name}`, generation: 1, creationTimestamp: born },
  spec: { replicas: 1, selector: { matchLabels: { app: name } } },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
  ...rest,
})

const aPod = (name: string, namespace: string, rest: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid: `uid-${name}`, creationTimestamp: born },
  spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'main:1' }] },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: born }],
    containerStatuses: [
      { name: 'main', ready: true, restartCount: 0, state: { running: { startedAt: born } } },
    ],
  },
  ...rest,
})

const aNamespace = (name: string, labels: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, creationTimestamp: born, labels },
  status: { phase: 'Active' },
})

const stdinOf = (...objects: readonly object[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })

const down = { status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 } }
const failedPod = { status: { phase: 'Failed', reason: 'Error' } }

describe('the exit code of explain', () => {
  const exitOf = async (...objects: readonly object[]): Promise<number> =>
    (await runExplain({ args: ['-f', '-'], stdin: stdinOf(...objects) })).exit

  it('is 0 when every participant is READY', async () =>
    assert.equal(await exitOf(aDeployment('web', 'shop'), aDeployment('web', 'other')), 0))

  it('is 1 when one is not', async () =>
    assert.equal(await exitOf(aDeployment('web', 'shop'), aDeployment('web', 'other', down)), 1))

  it('is 1 when a pod of no workload is not ready', async () => {
    assert.equal(await exitOf(aDeployment('web', 'shop'), aPod('lonely', 'shop', failedPod)), 1)
    assert.equal(await exitOf(aPod('lonely', 'shop', failedPod)), 1)
  })

  it('is 0 when such a pod is ready, has done its work, or was taken off its node', async () => {
    const done = { status: { phase: 'Succeeded' } }
    const evicted = { status: { phase: 'Failed', reason: 'Evicted' } }
    const pods = [aPod('runs', 'shop'), aPod('done', 'shop', done), aPod('evicted', 'shop', evicted)]
    assert.equal(await exitOf(...pods), 0)
  })

  it('is 2 when there is nothing to judge, for that must not look like success', async () => {
    assert.equal(await exitOf(), 2)
    assert.equal(await exitOf(aNamespace('shop')), 2)
    assert.equal(
      await exitOf({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace: 'shop' } }),
      2,
    )
  })
})

describe('the command line of explain', () => {
  const refusal = async (...args: readonly string[]): Promise<string> => {
    const { exit, stdout, stderr } = await runExplain({ args, stdin: stdinOf(aDeployment('web', 'shop')) })
    assert.equal(exit, 2)
    assert.equal(stdout, '')
    return stderr
  }

  it('is refused with the usage when it cannot be understood', async () => {
    for (const [args, fault] of [
      [[], /-f FILE is missing/u],
      [['-f'], /-f needs a value/u],
      [['-f', '-', '-f', '-'], /-f is given twice/u],
      [['-f', '-', '--all'], /--all is not an option/u],
      [['-f', '-', '-o', 'yaml'], /-o must be json or text, got "yaml"/u],
      [['-f', '-', '--now', 'today'], /--now must be a time in RFC 3339/u],
      [['-f', '-', '--now', '2026-02-30T00:00:00Z'], /--now must be a time in RFC 3339/u],
      [['-f', '-', '--participant'], /--participant needs a value/u],
      [['dump.json'], /"dump.json" is one word too many/u],
    ] as const) {
      const stderr = await refusal(...args)
      assert.match(stderr, fault)
      assert.match(stderr, /^Usage: /mu)
    }
  })

  it('takes the forms that people are used to', async () => {
    const stdin = stdinOf(aDeployment('web', 'shop'))
    for (const args of [
      ['-f', '-', '-ojson'],
      ['-f', '-', '-o=json'],
      ['--file=-', '--output=json'],
    ]) {
      const { exit, stdout } = await runExplain({ args, stdin })
      assert.equal(exit, 0)
      assert.ok(JSON.parse(stdout))
    }
  })

  it('tells of itself with --help', async () => {
    const { exit, stdout } = await runExplain({ args: ['--help'] })
    assert.equal(exit, 0)
    assert.match(stdout, /Exit code: 0 all ready/u)
  })

  it('chooses one participant, and its pods', async () => {
    const stdin = stdinOf(
      aDeployment('web', 'shop'),
      aDeployment('web', 'other', down),
      aPod('a', 'other'),
      aPod('b', 'shop'),
    )
    const { exit, stdout } = await runExplain({
      args: ['-f', '-', '-o', 'json', '--participant', 'shop'],
      stdin,
    })
    const { participants, pods } = JSON.parse(stdout) as {
      participants: { participantName: string }[]
      pods: object
    }
    assert.equal(exit, 0)
    assert.deepEqual(
      participants.map(({ participantName }) => participantName),
      ['shop'],
    )
    assert.deepEqual(Object.keys(pods), ['shop/b'])
  })

  it('says which participants there are when the chosen one is not', async () =>
    assert.match(
      await refusal('-f', '-', '--participant', 'shup'),
      /there is no participant "shup" in it; there is shop/u,
    ))
})

describe('what explain takes for a participant', () => {
  it('is every namespace that holds a workload, with all its workloads as components', async () => {
    const { participants } = await judged([
      aDeployment('web', 'shop'),
      aDeployment('api', 'shop'),
      aNamespace('empty'),
    ])
    assert.deepEqual(
      participants.map(({ participantName }) => participantName),
      ['shop'],
    )
    assert.deepEqual(Object.keys(participants[0]?.components ?? {}), ['api', 'web'])
  })

  it('is every labelled namespace, with the components that are expected of it, missing or not', async () => {
    const labelled = aNamespace('acme', { 'dataspaces.dev/participant': 'acme' })
    const { participants } = await judged([labelled, aDeployment('controlplane', 'acme')])
    const { components = {} } = participants[0] ?? {}
    assert.deepEqual(
      Object.entries(components).map(([name, { kind, status }]) => [name, kind, status]),
      [
        ['postgres', 'StatefulSet', 'Missing'],
        ['vault', 'StatefulSet', 'Missing'],
        ['identityhub', 'Deployment', 'Missing'],
        ['controlplane', 'Deployment', 'Running'],
        ['dataplane', 'Deployment', 'Missing'],
      ],
    )
  })

  it('has no part in what else runs in such a namespace, and says so', async () => {
    const labelled = aNamespace('acme', { 'dataspaces.dev/participant': 'acme' })
    const { stdout, stderr } = await runExplain({
      args: ['-f', '-'],
      stdin: stdinOf(labelled, aDeployment('cache', 'acme')),
    })
    assert.doesNotMatch(stdout, /cache/u)
    assert.match(stderr, /Deployment acme\/cache is no component of a participant; not judged/u)
  })

  it('is known by the label of a workload when the dump was taken without the namespace', async () => {
    const metadata = {
      name: 'controlplane',
      namespace: 'acme',
      generation: 1,
      labels: { 'dataspaces.dev/participant': 'acme' },
    }
    const { participants } = await judged([aDeployment('controlplane', 'acme', { metadata })])
    assert.equal(participants[0]?.components['vault']?.status, 'Missing')
  })

  it('is what a resource names, and the resource remembers that it was READY once', async () => {
    const resource = {
      apiVersion: 'dataspaces.dev/v1alpha1',
      kind: 'Participant',
      metadata: { name: 'acme', uid: 'uid-acme', creationTimestamp: born },
      spec: { did: 'did:web:acme.example', mode: 'Managed' },
    }
    const judgedWith = async (status: object): Promise<string | undefined> =>
      (await judged([{ ...resource, status }, aDeployment('controlplane', 'acme', down)])).participants[0]
        ?.status
    assert.equal(await judgedWith({}), 'FAILED')
    assert.equal(await judgedWith({ firstReadyTime: born }), 'DEGRADED')
  })

  it('is called DEGRADED without a resource when its Deployments were complete once', async () => {
    const complete = {
      ...down.status,
      conditions: [
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', lastTransitionTime: born },
      ],
    }
    const { participants } = await judged([aDeployment('web', 'shop', { status: complete })])
    assert.equal(participants[0]?.status, 'DEGRADED')
  })
})

describe('what explain prints', () => {
  it('has all members of the contract in every place, and the conditions after them', async () => {
    const { participants, pods } = await judged([aDeployment('web', 'shop'), aPod('a', 'shop', failedPod)])
    const [participant] = participants
    assert.deepEqual(Object.keys(participant ?? {}), [
      'participantName',
      'status',
      'reason',
      'message',
      'components',
      'events',
      'conditions',
    ])
    assert.deepEqual(
      participant?.conditions.map((condition) => Object.keys(condition).join()),
      OBSERVE_CONDITIONS.map(() => 'type,status,reason,message'),
    )
    assert.deepEqual(participant?.components['web'], {
      kind: 'Deployment',
      status: 'Running',
      ready: true,
      replicas: { desired: 1, current: 1, ready: 1 },
      reason: 'Running',
      message: '',
      cause: null,
    })
    assert.deepEqual(Object.keys(pods['shop/a'] ?? {}), ['status', 'ready', 'reason', 'message', 'cause'])
  })

  it('holds nothing that a terminal would obey, in text', async () => {
    const evil = aPod('a', 'shop', {
      status: { phase: 'Failed', reason: 'Err\u001B[2J', message: 'x\u0007\u202Ey\nz' },
    })
    const { stdout } = await runExplain({ args: ['-f', '-'], stdin: stdinOf(evil) })
    assert.doesNotMatch(stdout.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
  })

  it('never tells the content of a Secret', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: 'shop' },
      data: { key: 'czNjcjN0' },
    }
    const broken = { ...secret, metadata: 'czNjcjN0' }
    const { stdout, stderr } = await runExplain({
      args: ['-f', '-'],
      stdin: stdinOf(secret, broken, aDeployment('web', 'shop')),
    })
    assert.doesNotMatch(stdout + stderr, /czNjcjN0/u)
    assert.match(stderr, /kind Secret is not judged/u)
  })

  it('takes the newest of an object that is there twice', async () => {
    const at = (resourceVersion: string, rest: object): object =>
      aDeployment('web', 'shop', {
        metadata: { name: 'web', namespace: 'shop', generation: 1, resourceVersion },
        ...rest,
      })
    for (const objects of [
      [at('9', down), at('10', {})],
      [at('10', {}), at('9', down)],
    ])
      assert.equal((await judged(objects)).participants[0]?.status, 'READY')
  })
})
