/** Processes of a test cluster end when they should, and say why when they should not have. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { skipWithoutGo } from '../support/real-cluster.ts'
import { buildBinaries } from './build.ts'
import { etcdCommand } from './commands.ts'
import { freePorts } from './ports.ts'
import { ProcessGroup } from './process-group.ts'
import { endProcesses, isOurs } from './processes.ts'

describe('the processes of a test cluster', { skip: skipWithoutGo() }, () => {
  let dir: string
  let testcluster: string
  let etcd: readonly string[]
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dataspace-cluster-'))
    ;({ testcluster } = await buildBinaries({ log: (line) => process.stderr.write(`${line}\n`) }))
    const [clients = 0, peers = 0] = await freePorts(2)
    etcd = etcdCommand(dir, { clients, peers })
  })
  after(() => rm(dir, { recursive: true }))

  it('end with the process that started them, even if that is killed', async () => {
    const module = join(import.meta.dirname, 'processes.ts')
    const script = `const { startProcess } = await import(${JSON.stringify(module)})
      const { pid } = await startProcess(${JSON.stringify({ name: 'etcd', command: [testcluster, 'etcd', ...etcd], dir, detached: false })})
      console.log(pid)
      setInterval(() => undefined, 1000)`
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [pid] = (await once(starter.stdout, 'data')) as [Buffer]
    const started = { name: 'etcd', pid: Number(pid) }
    assert.equal(isOurs(started, dir), true)
    starter.kill('SIGKILL')
    await eventually(() => !isOurs(started, dir), { withinMs: 20_000, what: 'the end of etcd' })
  })

  it('say why they ended by themselves', async () => {
    await using group = new ProcessGroup({
      dir,
      testcluster,
      detached: false,
      onStart: async () => undefined,
    })
    await group.start('kube-scheduler', [`--kubeconfig=${dir}/missing`])
    await assert.rejects(
      group.waitFor({ what: 'never', withinMs: 20_000, process: 'kube-scheduler' }, async () => false),
      /^ProcessFailedError: kube-scheduler ended by itself \(exit code 1\); .*missing: no such file/su,
    )
  })

  it('are left alone when their pid has become that of another process', async () => {
    await endProcesses([{ name: 'etcd', pid: process.pid }], { dir })
  })
})
