/** Participants on a real node, made by a provisioner outside of it: real containers, probes, volumes, names and limits. */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { INSTALLED } from '../../src/install/names.ts'
import type { Kube } from '../../src/kube/kube.ts'
import { COMPONENTS } from '../../src/model/participant.ts'
import { DATASPACE_DOMAIN } from '../cluster/node/files.ts'
import { remove, statusOf, untilTold } from '../integration/participants.ts'
import { type ServiceProcess, startProcess } from '../integration/process.ts'
import { kubeOf } from '../integration/test-cluster.ts'
import { eventually } from '../support/eventually.ts'
import type { Installation } from '../support/installation.ts'
import { memberOf } from './support/member.ts'
import { createMember, didOf, GONE_WITHIN_MS, STARTED_WITHIN_MS } from './support/members.ts'
import { installOn, openNode, type TestNode } from './support/node.ts'
import { getFrom, runningContainers } from './support/pods.ts'

describe('participants on a real node', () => {
  const stack = new AsyncDisposableStack()
  let node: TestNode
  let service: ServiceProcess
  let kubectl: Installation['kubectl']
  let kube: Kube

  before(async () => {
    node = stack.use(await openNode())
    const installation = await installOn(node, { replicas: 0 })
    kubectl = installation.kubectl
    kube = stack.use(await kubeOf(node.kubeconfig))
    const settings = ['--config', node.config, '--lease-namespace', INSTALLED.namespace]
    service = stack.use(await startProcess({ kubeconfig: installation.kubeconfig, settings }, []))
  })
  after(() => stack.disposeAsync())

  it('become READY, two at once, and are never called FAILED on their way', async () => {
    const seen = new Set<string>()
    const names = ['acme', 'globex']
    await Promise.all(names.map((name) => createMember({ service }, name)))
    await Promise.all(
      names.map((name) =>
        untilTold(service, name, {
          what: 'READY',
          withinMs: STARTED_WITHIN_MS,
          holds: ({ status }) => seen.add(status) && status === 'READY',
        }),
      ),
    )
    assert.deepEqual([...seen].toSorted(), ['PROVISIONING', 'READY'])
  })

  it('run all five components in real containers, of the images by digest, and none of them failed', async () => {
    const { components = {} } = (await statusOf(service, 'acme')) ?? {}
    assert.deepEqual(Object.keys(components).toSorted(), [...COMPONENTS].toSorted())
    for (const { image } of Object.values(components))
      assert.match(image ?? '', /^localhost\/[a-z]+@sha256:[0-9a-f]{64}$/u)
    // A machine with much else to do may let one wait for the others until its probe gives up (143); none may end by itself.
    const codes = '{.items[*].status.containerStatuses[*].lastState.terminated.exitCode}'
    const ended = await kubectl('get', 'pods', '--namespace=acme', `--output=jsonpath=${codes}`)
    assert.match(ended, /^(?:143|137| )*$/u)
    // One for each of the five, and one that holds the network of its pod.
    assert.equal((await runningContainers(node.socket)).length, 2 * 2 * COMPONENTS.length)
  })

  it('let nobody run what Pod Security forbids', async () => {
    const refused = kubectl('run', 'intruder', '--namespace=acme', '--image=any', '--privileged')
    await assert.rejects(refused, /violates PodSecurity "restricted/u)
  })

  it('keep what they store in volumes of their own, as the users of their images', async () => {
    assert.equal((await readdir(node.volumes)).length, 4)
    const owner = await kubectl('exec', '--namespace=acme', 'postgres-0', '--', 'id', '--user', '--name')
    assert.equal(owner.trim(), 'postgres')
    const databases = 'SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1'
    const psql = ['psql', '--username=postgres', '--tuples-only', '--no-align', `--command=${databases}`]
    const listed = await kubectl('exec', '--namespace=acme', 'postgres-0', '--', ...psql)
    assert.deepEqual(listed.trim().split('\n'), ['controlplane', 'dataplane', 'identityhub', 'postgres'])
  })

  it('reach each other by their public names', async () => {
    const path = '/api/dsp/.well-known/dspace-version'
    const { status, body } = await getFrom(kubectl, 'acme', `http://globex.${DATASPACE_DOMAIN}${path}`)
    assert.equal(status, 200, body)
    assert.match(body, /2025-1/u)
  })

  it('find the DID documents of others where did:web says', async () => {
    await (await memberOf(kube, 'globex')).createWallet()
    const url = `http://globex.${DATASPACE_DOMAIN}/.well-known/did.json`
    const { status, body } = await getFrom(kubectl, 'acme', url)
    assert.equal(status, 200, body)
    assert.match(body, new RegExp(`"id":"${didOf('globex')}"`, 'u'))
  })

  it('do not show the world what is not public', async () => {
    for (const path of ['/api/management/v3/assets/request', '/api/identity/v1alpha/participants']) {
      const { status } = await getFrom(kubectl, 'acme', `http://globex.${DATASPACE_DOMAIN}${path}`)
      assert.notEqual(status, 200)
      assert.notEqual(status, 401, `${path} is reached`)
    }
  })

  it('leave nothing when they are removed: no namespace, container, volume or folder', async () => {
    await Promise.all(['acme', 'globex'].map((name) => remove(service, name, GONE_WITHIN_MS)))
    assert.deepEqual(await runningContainers(node.socket), [])
    const left = async (): Promise<string> =>
      `${await kubectl('get', 'persistentvolumes', '--output=name')}${(await readdir(node.volumes)).join()}`
    await eventually(async () => (await left()) === '', { what: 'the volumes to be gone', withinMs: 30_000 })
    assert.equal(
      await kubectl('get', 'namespaces', '--output=name', '--selector=dataspaces.dev/participant'),
      '',
    )
  })
})
