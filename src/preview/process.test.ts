import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'

const FILE = `{ "apiVersion": "dataspaces.dev/v1alpha1", "kind": "Participant", "metadata": { "name": "acme" },
  "spec": { "did": "did:web:acme.example" } }`

function run(...args: string[]): {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
} {
  const { KUBECONFIG: _, KUBERNETES_SERVICE_HOST: __, ...env } = process.env
  return spawnSync(process.execPath, ['src/main.ts', ...args], { input: FILE, encoding: 'utf8', env })
}

describe('the process', () => {
  it('plans against an empty cluster when there is none, and ends by itself', () => {
    const { status, stdout, stderr } = run('plan', '-f', '-')
    assert.equal(status, 0, stderr)
    assert.match(stdout, /^create {3}Deployment acme\/controlplane$/mu)
  })

  it('has nothing to compare without a cluster', () => {
    const { status, stderr } = run('diff', 'acme')
    assert.equal(status, 2)
    assert.match(stderr, /--kubeconfig/u)
  })
})
