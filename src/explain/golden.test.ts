import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { explain, type ExitCode } from './command.ts'

const testdata = fileURLToPath(new URL('testdata/', import.meta.url))

interface Case {
  /** NAME.input.yaml or NAME.input.json. */
  readonly input: string
  readonly now: string
  readonly exits: ExitCode
  /** What NAME.golden.json shows. */
  readonly shows: string
}

/** When the dumps of a real API server were taken; of those written by hand each has its own time. */
const TAKEN = '2026-11-22T21:15:35Z'

const CASES: readonly Case[] = [
  {
    input: 'ready.input.json',
    now: TAKEN,
    exits: 0,
    shows: 'a Deployment and a StatefulSet with a claim that are READY',
  },
  {
    input: 'broken-rollout.input.yaml',
    now: TAKEN,
    exits: 1,
    shows: 'a roll-out of an image that does not exist, while the old pod serves',
  },
  { input: 'crash-loop.input.yaml', now: TAKEN, exits: 1, shows: 'a crash loop' },
  {
    input: 'never-ready.input.yaml',
    now: TAKEN,
    exits: 1,
    shows: 'a pod that runs and whose readiness probe fails',
  },
  { input: 'quota.input.yaml', now: TAKEN, exits: 1, shows: 'a quota that allows one of three pods' },
  {
    input: 'quota-of-stateful-set.input.yaml',
    now: TAKEN,
    exits: 1,
    shows: 'a quota that only an event of a StatefulSet tells of',
  },
  {
    input: 'pod-security.input.yaml',
    now: TAKEN,
    exits: 1,
    shows: 'a Pod Security level that refuses the pods',
  },
  {
    input: 'no-node-matches.input.yaml',
    now: TAKEN,
    exits: 1,
    shows: 'a node selector that matches no node: a verdict at once',
  },
  {
    input: 'no-room.input.yaml',
    now: TAKEN,
    exits: 1,
    shows: 'nodes that are too small: shown, within its grace',
  },
  {
    input: 'claim-pending.input.yaml',
    now: TAKEN,
    exits: 1,
    shows: 'a claim of a storage class that does not exist',
  },
  { input: 'scaled-to-zero.input.yaml', now: TAKEN, exits: 1, shows: 'a Deployment that was scaled to zero' },
  {
    input: 'same-name-twice.input.json',
    now: TAKEN,
    exits: 0,
    shows: 'a Deployment and a StatefulSet of one name, from JSON after JSON',
  },
  {
    input: 'deletion-held.input.yaml',
    now: TAKEN,
    exits: 1,
    shows: 'a namespace that cannot go: what remains, and its finalizer',
  },
  {
    input: 'managed.input.json',
    now: '2026-11-22T21:17:23Z',
    exits: 1,
    shows: 'a participant of ours with its resource, and an image that does not exist',
  },
  {
    input: 'missing-status.input.yaml',
    now: '2026-01-01T00:00:05Z',
    exits: 1,
    shows: 'workloads that nobody has looked at yet',
  },
  {
    input: 'stale-generation.input.yaml',
    now: '2026-01-01T02:00:00Z',
    exits: 1,
    shows: 'counts that belong to the generation before',
  },
  {
    input: 'init-crash.input.yaml',
    now: '2026-01-01T00:10:00Z',
    exits: 1,
    shows: 'an init container that crashes, its words without the password',
  },
  {
    input: 'out-of-memory.input.yaml',
    now: '2026-01-01T01:00:00Z',
    exits: 1,
    shows: 'a container killed for its memory, beside a sidecar that is fine',
  },
  {
    input: 'evicted-leftovers.input.yaml',
    now: '2026-01-01T10:00:00Z',
    exits: 0,
    shows: 'a participant that is READY among leftovers of evictions and a finished Job',
  },
  {
    input: 'sidecar.input.yaml',
    now: '2026-01-01T00:30:00Z',
    exits: 1,
    shows: 'pods of no workload: a sidecar that crashes, one that ended, one held back by a gate',
  },
  {
    input: 'routes.input.yaml',
    now: '2026-01-01T01:00:00Z',
    exits: 0,
    shows: 'a participant that is READY although three routes and a claim are pending',
  },
  {
    input: 'broken.input.yaml',
    now: '2026-01-01T00:30:00Z',
    exits: 1,
    shows: 'what can be judged in a dump full of faults, and each fault with its position',
  },
]

async function run(args: readonly string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  const exit = await explain(args, {
    stdin: (async function* () {})(),
    print: (text) => (said.stdout += text),
    warn: (text) => (said.stderr += text.replaceAll(testdata, '')),
    now: () => assert.fail('the clock was asked although --now was given'),
  })
  return { exit, ...said }
}

describe('explain shows', () => {
  for (const { input, now, exits, shows } of CASES)
    it(`${shows} (${input})`, async (t) => {
      const { exit, stdout, stderr } = await run(['-f', testdata + input, '-o', 'json', '--now', now])
      const golden = { stderr: stderr.split('\n').slice(0, -1), ...(JSON.parse(stdout) as object) }
      const file = testdata + input.replace(/\.input\.\w+$/u, '.golden.json')
      t.assert.fileSnapshot(golden, file, {
        serializers: [(value) => `${JSON.stringify(value, undefined, 2)}\n`],
      })
      assert.equal(exit, exits)
    })

  it('every dump there is', () => {
    const inputs = readdirSync(testdata).filter((name) => name.includes('.input.'))
    assert.deepEqual(inputs.toSorted(), CASES.map(({ input }) => input).toSorted())
  })

  it('the verdict after a grace when --now is later', async () => {
    const stateAt = async (now: string): Promise<string> => {
      const args = ['-f', `${testdata}no-room.input.yaml`, '-o', 'json', '--now', now]
      const { participants } = JSON.parse((await run(args)).stdout) as { participants: { status: string }[] }
      return participants.map(({ status }) => status).join()
    }
    assert.equal(await stateAt('2026-11-22T21:20:01Z'), 'PROVISIONING')
    assert.equal(await stateAt('2026-11-22T21:20:02Z'), 'FAILED')
  })

  it('what the README and the guide say it does', async () => {
    const args = ['-f', `${testdata}managed.input.json`, '--now', '2026-11-22T21:17:23Z']
    const [headline = ''] = (await run(args)).stdout.split('\n')
    for (const page of ['README.md', 'docs/guides/explain.md'])
      assert.ok(
        readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8').includes(`\n${headline}\n`),
        page,
      )
  })

  it('people which routes are pending, in one line', async () => {
    const { stdout } = await run(['-f', `${testdata}routes.input.yaml`, '--now', '2026-01-01T01:00:00Z'])
    const lines = stdout.split('\n').filter((line) => line.includes('Routes pending'))
    assert.deepEqual(lines, [
      '  Routes pending, which keeps nothing from READY: HTTPRoute nobody-looked: nobody has taken it on yet for Gateway edge/public; HTTPRoute refused: Gateway edge/public does not accept it (NoMatchingListenerHostname): no listener of this gateway is for other.example; Ingress without-address: no ingress controller has given it an address; many give none',
    ])
  })

  it('people the same in text, with what to do', async (t) => {
    const args = ['-f', `${testdata}managed.input.json`, '--now', '2026-11-22T21:17:23Z']
    t.assert.fileSnapshot((await run(args)).stdout, `${testdata}managed.golden.txt`, {
      serializers: [String],
    })
  })
})
