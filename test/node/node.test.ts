/** A real node keeps its promises: alone with what it needs, beside others, and gone without a trace. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { removeCgroup } from '../cluster/node/cgroups.ts'
import { commandLineOf } from '../cluster/processes.ts'
import { readState } from '../cluster/state.ts'
import { eventually } from '../support/eventually.ts'
import { openNode, type TestNode } from './support/node.ts'

const run = promisify(execFile)

describe('a real node', () => {
  it('says what is missing where it cannot be started, and starts nothing', async () => {
    const up = join(import.meta.dirname, '..', 'cluster', 'up.ts')
    const nobody = { uid: 65_534, gid: 65_534 }
    const refused = run(process.execPath, [up, '--real-node', '--name', 'refused'], nobody)
    await assert.rejects(refused, /a real node cannot be started here\. Missing:\n {2}root/u)
  })

  it('runs beside another one, and goes without a trace', async () => {
    const before = await traces()
    const one = await openNode()
    const other = await openNode()
    try {
      assert.notEqual(one.network.node, other.network.node)
      await Promise.all([one, other].map(runPod))
      assert.equal((await readdir(one.volumes)).length, 1)
    } finally {
      await Promise.all([one[Symbol.asyncDispose](), other[Symbol.asyncDispose]()])
    }
    assert.deepEqual(await traces(), before)
    const links = (await run('ip', ['link'])).stdout
    const routes = (await run('ip', ['route', 'show', 'table', 'all'])).stdout
    for (const { dir, network } of [one, other]) {
      assert.doesNotMatch(links, new RegExp(`${network.name}[@:]`, 'u'))
      assert.ok(!routes.includes(network.pods) && !routes.includes(network.node), routes)
      assert.deepEqual(globSync(`/sys/fs/cgroup/{${network.name},*/${network.name}}`), [])
      assert.equal(existsSync(dir), false)
      assert.deepEqual(processesOf(dir), [])
      assert.doesNotMatch(readFileSync('/proc/mounts', 'utf8'), new RegExp(dir, 'u'))
    }
  })

  it('ends with the process that started it, even if that is killed', async () => {
    const module = join(import.meta.dirname, 'support', 'node.ts')
    const script = `const { openNode } = await import(${JSON.stringify(module)})
      const { dir } = await openNode()
      console.log(dir)
      process.kill(process.pid, 'SIGKILL')`
    const killed = run(process.execPath, ['--input-type=module', '-e', script])
    const dir = await killed.then(
      () => assert.fail('it was not killed'),
      ({ stdout }: { stdout: string }) => stdout.trim(),
    )
    await eventually(() => processesOf(dir).length === 0, { what: 'the end of all', withinMs: 30_000 })
    // Nobody was left to remove these two.
    const state = await readState(dir)
    assert.ok(state?.network)
    await removeCgroup(state.network.name)
    await rm(dir, { recursive: true })
  })
})

/** A pod that writes to a volume, as Pod Security `restricted` lets it. */
async function runPod({ kubectl, kubeconfig, images, dir }: TestNode): Promise<void> {
  const { tag } = images.images.postgres
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
  }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'writer' },
    spec: {
      securityContext: { runAsUser: 999, runAsGroup: 999, fsGroup: 999 },
      containers: [
        {
          name: 'writer',
          image: tag,
          imagePullPolicy: 'Never',
          command: [
            'bash',
            '-c',
            'echo here >/data/file && getent hosts kubernetes.default.svc && sleep 600',
          ],
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
          readinessProbe: { exec: { command: ['test', '-s', '/data/file'] }, periodSeconds: 1 },
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  }
  // Its cache goes with the node.
  const env = { KUBECONFIG: kubeconfig, HOME: dir }
  const objects = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [claim, pod] })
  const script = 'printf "%s" "$1" | "$0" apply -f -'
  await run('sh', ['-c', script, kubectl, objects], { env: { ...process.env, ...env } })
  await run(kubectl, ['wait', '--for=condition=Ready', 'pod/writer', '--timeout=60s'], { env })
}

/** What a node could leave to the machine under names that are not its own. */
async function traces(): Promise<object> {
  return {
    tables: (await run('nft', ['list', 'tables'])).stdout,
    sockets: globSync('/run/{containerd,netns}/**'),
    files: globSync('/var/{lib/{cni,kubelet,containerd},log/{pods,containers}}/*'),
  }
}

function processesOf(dir: string): readonly string[] {
  return globSync('/proc/[0-9]*')
    .map((path) => commandLineOf(Number(path.slice('/proc/'.length))))
    .filter((command) => command.includes(dir))
}
