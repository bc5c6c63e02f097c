/** `doctor` on a cluster with the program installed, as its account. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { Finding } from '../../../src/doctor/finding.ts'
import { INSTALLED } from '../../../src/install/names.ts'
import type { KubeObject } from '../../../src/model/kubernetes.ts'
import { eventually } from '../../support/eventually.ts'
import { openFolder } from '../../support/folder.ts'
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

    it('warns of a Gateway and of an Ingress class that are not there, then finds all that the program needs', async () => {
      await using folder = await openFolder()
      await folder.write({
        'profiles.yaml': 'profiles: { edge: { routes: { kind: ingress, ingressClassName: edge } } }',
      })
      const file = join(folder.path, 'profiles.yaml')
      const before = await doctor(cluster, '--config', file)
      assert.deepEqual(
        bad(before).map(({ check, result, message }) => [check, result, message.split(',')[0]]),
        [
          ['gateway', 'warn', 'Gateway gateway/public'],
          ['gateway', 'warn', 'IngressClass "edge"'],
        ],
      )
      for (const object of EDGE) await cluster.kube.create(object)
      const { report, code } = await doctor(cluster, '--config', file)
      assert.deepEqual(bad({ report }), [])
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

function bad({ report }: { readonly report: Report }): readonly Finding[] {
  return report.findings.filter(({ result }) => result !== 'ok')
}

/** What takes the routes of participants. */
const EDGE: readonly (KubeObject & { readonly spec?: object })[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gateway' } },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { namespace: 'gateway', name: 'public' },
    spec: {
      gatewayClassName: 'none',
      listeners: [
        { name: 'http', protocol: 'HTTP', port: 80, allowedRoutes: { namespaces: { from: 'All' } } },
      ],
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'edge' },
    spec: { controller: 'example.org/edge' },
  },
]

/** As a process of its own. */
async function doctor(
  { kubeconfig, settings = [] }: InstalledCluster,
  ...more: readonly string[]
): Promise<{ readonly code: number; readonly report: Report }> {
  const args = ['src/main.ts', 'doctor', '-o', 'json', '--kubeconfig', kubeconfig, ...settings, ...more]
  const { stdout, code } = await run(process.execPath, args, { env: {} }).then(
    ({ stdout }) => ({ stdout, code: 0 }),
    (error: { readonly stdout: string; readonly code: number }) => error,
  )
  return { code, report: JSON.parse(stdout) as Report }
}
