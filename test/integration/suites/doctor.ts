/** `doctor` on a cluster with the program installed, as its account. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { Finding } from '../../../src/doctor/finding.ts'
import { INSTALLED } from '../../../src/install/names.ts'
import { eventually } from '../../support/eventually.ts'
import type { InstalledCluster } from '../test-cluster.ts'

const run = promisify(execFile)

interface Report {
  readonly result: string
  readonly findings: readonly Finding[]
}

export function doctorKnows(open: () => Promise<InstalledCluster>): void {
  describe('doctor, as the account of deploy/', () => {
    let cluster: InstalledCluster
    before(async () => {
      cluster = await open()
    })
    after(() => cluster[Symbol.asyncDispose]())

    it('finds all that the program needs', async () => {
      const { report, code } = await doctor(cluster)
      const bad = report.findings.filter(({ result, check }) => result !== 'ok' && check !== 'gateway')
      assert.deepEqual(bad, [])
      assert.equal(code, 0)
    })

    it('names a right that was taken away, and ends with 1', async () => {
      const { account } = INSTALLED
      const rules = await cluster.kubectl('get', 'clusterrole', account, '-o', 'json')
      const role = JSON.parse(rules) as { rules: { resources: string[]; verbs: string[] }[] }
      const at = role.rules.findIndex(({ resources }) => resources.includes('secrets'))
      const without = role.rules[at]?.verbs.filter((verb) => verb !== 'create')
      const patch = (verbs: readonly string[] | undefined): Promise<string> =>
        cluster.kubectl('patch', 'clusterrole', account, '--type=json', `--patch=${replacing(at, verbs)}`)
      await patch(without)
      try {
        const { code, report } = await eventually(
          async () => {
            const reply = await doctor(cluster)
            return reply.code === 1 ? reply : undefined
          },
          { what: 'the API server to know of the change', withinMs: 30_000 },
        )
        assert.equal(code, 1)
        const failed = report.findings.filter(({ result }) => result === 'fail')
        assert.deepEqual(
          failed.map(({ check, message }) => [check, message.split(' is not allowed')[0]]),
          [['rights', 'create secrets in all namespaces']],
        )
      } finally {
        await patch(role.rules[at]?.verbs)
      }
    })
  })
}

function replacing(at: number, verbs: readonly string[] | undefined): string {
  return JSON.stringify([{ op: 'replace', path: `/rules/${at}/verbs`, value: verbs }])
}

/** As a process of its own. */
async function doctor({
  kubeconfig,
  settings = [],
}: InstalledCluster): Promise<{ readonly code: number; readonly report: Report }> {
  const args = ['src/main.ts', 'doctor', '-o', 'json', '--kubeconfig', kubeconfig, ...settings]
  const { stdout, code } = await run(process.execPath, args, { env: {} }).then(
    ({ stdout }) => ({ stdout, code: 0 }),
    (error: { readonly stdout: string; readonly code: number }) => error,
  )
  return { code, report: JSON.parse(stdout) as Report }
}
