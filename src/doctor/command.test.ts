import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CredentialsError } from '../kube/server-address.ts'
import { doctor } from './command.ts'
import type { Finding } from './finding.ts'
import { patient, type Scripted } from './for-tests.ts'

async function run(
  args: readonly string[],
  scripted: Scripted | Error = {},
): Promise<{ readonly code: number; readonly printed: string; readonly warned: string }> {
  let printed = ''
  let warned = ''
  const code = await doctor(args, {
    env: {},
    readFile: () => '',
    print: (text) => (printed += text),
    warn: (text) => (warned += text),
    open: async () => {
      if (scripted instanceof Error) throw scripted
      return patient(scripted)
    },
  })
  return { code, printed, warned }
}

const noGateway = { gateway: undefined } as const

describe('the command doctor', () => {
  it('prints a line for each check and ends with 0 when nothing failed, warnings or not', async () => {
    const { code, printed } = await run([], noGateway)
    assert.equal(code, 0)
    assert.match(printed, /^ok {4}resource {6}participants\.dataspaces\.dev v1alpha1/mu)
    assert.match(printed, /^warn {2}gateway {7}the Gateway API is not installed.*\n {20}→ install /mu)
    assert.match(printed, /^8 ok, 1 to look at, 0 failed$/mu)
  })

  it('ends with 1 when something failed', async () => {
    const { code, printed } = await run([], { mayI: (right) => right !== 'delete namespaces' })
    assert.equal(code, 1)
    assert.match(printed, /^fail {2}rights {8}delete namespaces is not allowed/mu)
  })

  for (const args of [['-o', 'json'], ['-o=json'], ['--output=json', '--log-level', 'error']])
    it(`prints nothing but JSON with ${args[0]}`, async () => {
      const { printed } = await run(args, noGateway)
      const report = JSON.parse(printed) as { result: string; findings: readonly Finding[] }
      assert.equal(report.result, 'warn')
      const gateway = report.findings.find(({ check }) => check === 'gateway')
      assert.deepEqual(Object.keys(gateway ?? {}), ['check', 'result', 'message', 'next'])
    })

  for (const [args, said] of [
    [['-o', 'yaml'], /-o must be json or text, got "yaml"/u],
    [['--port', 'none'], /PORT must be a whole number/u],
    [['--nonsense'], /--nonsense is not an option/u],
  ] as const)
    it(`ends with 2 and says why for ${args.join(' ')}`, async () => {
      const { code, printed, warned } = await run(args)
      assert.deepEqual([code, printed], [2, ''])
      assert.match(warned, said)
      assert.match(warned, /^Usage: dataspace-provisioner doctor/mu)
    })

  it('ends with 2 for a kubeconfig that cannot be used', async () => {
    const { code, warned } = await run([], new CredentialsError('there is no kubeconfig at /nowhere'))
    assert.equal(code, 2)
    assert.match(warned, /^doctor: there is no kubeconfig at \/nowhere$/mu)
  })

  it('tells how it is used', async () => {
    const { code, printed } = await run(['--help'])
    assert.equal(code, 0)
    assert.match(printed, /Exit code: 0 nothing failed/u)
  })

  it('finds the built-in cluster well, as a process of its own', () => {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url))
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'doctor', '-o', 'json'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
      timeout: 30_000,
    })
    assert.equal(stderr, '')
    const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] }
    // It serves no HTTPRoutes until somebody installs them.
    const bad = findings.filter(({ check, result }) => result !== 'ok' && check !== 'gateway')
    assert.deepEqual(bad, [])
    assert.equal(status, 0)
  })
})
