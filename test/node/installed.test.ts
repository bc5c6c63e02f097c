/** The program installed on a real node as the README tells: its own image, its own account, its own pods. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { INSTALLED } from '../../src/install/names.ts'
import type { Condition } from '../../src/model/participant.ts'
import { eventually } from '../support/eventually.ts'
import { CALLER_TOKEN, type Installation } from '../support/installation.ts'
import { ISSUER_KEY, openIssuerBeside, seededConfig } from './support/issuer.ts'
import { installOn, openNode, type TestNode } from './support/node.ts'

const REPLICAS = 2
const inNamespace = `--namespace=${INSTALLED.namespace}`

describe('the program installed on a real node', () => {
  const stack = new AsyncDisposableStack()
  let node: TestNode
  let kubectl: Installation['kubectl']
  let api: string

  before(async () => {
    node = stack.use(await openNode())
    const issuer = await openIssuerBeside(node, stack)
    const { namespace } = INSTALLED
    const key = { secret: { namespace, name: 'issuer', key: 'api-key' } }
    const config = await seededConfig(node, issuer, key)
    ;({ kubectl } = await installOn(node, { replicas: REPLICAS, config }))
    const literal = `--from-literal=api-key=${ISSUER_KEY}`
    await kubectl(inNamespace, 'create', 'secret', 'generic', key.secret.name, literal)
  })
  after(() => stack.disposeAsync())

  it('becomes ready in all of its pods, from the image by digest', async () => {
    await kubectl(inNamespace, 'rollout', 'status', 'deployment/dataspace-provisioner', '--timeout=120s')
    const path =
      '{range .items[*]}{.spec.containers[0].image} {.status.containerStatuses[0].restartCount}{"\\n"}{end}'
    const pods = (await kubectl(inNamespace, 'get', 'pods', `--output=jsonpath=${path}`)).trim().split('\n')
    assert.equal(pods.length, REPLICAS)
    for (const pod of pods) assert.match(pod, /^localhost\/dataspace-provisioner@sha256:[0-9a-f]{64} 0$/u)
  })

  it('answers callers with a token by its Service, and nobody else', async () => {
    api = await forward()
    assert.equal((await fetch(`${api}/api/v1/resources`)).status, 401)
    const { status } = await call('GET', '/api/v1/resources')
    assert.equal(status, 200)
  })

  it('makes a member of the dataspace, whose vault and EDC it reaches by Service names', async () => {
    const made = await call('POST', '/api/v1/resources', {
      participantName: 'acme',
      did: 'did:web:acme.dataspace.internal',
      kubeHost: 'dataspace.internal',
    })
    assert.equal(made.status, 200, JSON.stringify(made.body))
    const status = await eventually(
      async () => {
        const { body } = await call('GET', '/api/v1/resources/acme/status')
        return (body as { readonly status?: string }).status === 'READY' && body
      },
      { what: 'acme to be READY', withinMs: 180_000 },
    )
    const { conditions } = status as { readonly conditions: readonly Condition[] }
    for (const type of ['IssuerRegistered', 'Seeded', 'CredentialIssued'])
      assert.equal(conditions.find((one) => one.type === type)?.status, 'True', type)
  })

  it('removes it, and nothing stays', async () => {
    assert.equal((await call('DELETE', '/api/v1/resources/acme')).status, 200)
    await eventually(async () => (await call('GET', '/api/v1/resources/acme/status')).status === 404, {
      what: 'acme to be gone',
      withinMs: 120_000,
    })
  })

  /** Answers the address at which this machine reaches the Service. */
  async function forward(): Promise<string> {
    const args = [inNamespace, 'port-forward', 'service/dataspace-provisioner', ':80', '--address=127.0.0.1']
    const child = spawn(node.kubectl, args, { env: { KUBECONFIG: node.kubeconfig, HOME: node.dir } })
    stack.defer(async () => {
      const gone = once(child, 'exit')
      child.kill()
      await gone
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    const found = (): string | undefined => /127\.0\.0\.1:\d+/u.exec(said)?.[0]
    return `http://${await eventually(found, { what: 'the port that is forwarded', withinMs: 30_000 })}`
  }

  async function call(
    method: string,
    path: string,
    sent?: object,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: { authorization: `Bearer ${CALLER_TOKEN}`, 'content-type': 'application/json' },
      ...(sent && { body: JSON.stringify(sent) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
})
