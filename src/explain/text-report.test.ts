import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runExplain } from './for-tests.ts'

const aDeployment = (name: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: { replicas: 1 },
  status: { replicas: 1, updatedReplicas: 1 },
})

const aPodOf = (deployment: string, reason: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${deployment}-5d8f7c9b6d-x2x9z`, namespace: 'shop' },
  status: {
    phase: 'Pending',
    containerStatuses: [{ name: 'main', restartCount: 3, state: { waiting: { reason } } }],
  },
})

describe('the report for people', () => {
  it('begins with the causes of what its message is about, and of nothing else', async () => {
    const items = [
      aDeployment('api'),
      aPodOf('api', 'ImagePullBackOff'),
      aDeployment('web'),
      aPodOf('web', 'CrashLoopBackOff'),
    ]
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    const { stdout } = await runExplain({ args: ['-f', '-'], stdin })
    const [headline = ''] = stdout.split('\n')
    assert.match(headline, /^shop {2}FAILED {2}web: .* {2}\(CrashLoop; operator\)$/u)
    assert.match(stdout, /What to do\n +CrashLoop: .*\n +ImagePull: /u)
  })
})
