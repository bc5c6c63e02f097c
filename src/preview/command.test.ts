/** Tests `plan` and `diff` as somebody at a terminal sees them, on the built-in cluster. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { createParticipant, eventuallyDone, openProvisioning } from '../../test/support/provisioning.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import type { Kube } from '../kube/kube.ts'
import { DEFAULT_PROFILE } from '../manifests/default-profile.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { ASKS } from '../model/names.ts'
import { httpRouteDefinition } from '../simulator/gateway-api.ts'
import { preview, type Subject } from './command.ts'
import type { Command } from './options.ts'

const FILE = `apiVersion: dataspaces.dev/v1alpha1
kind: Participant
metadata: { name: acme }
spec: { did: 'did:web:acme.example' }
`

interface Ran {
  readonly code: number
  readonly said: string
  readonly warned: string
}

async function run(kube: Kube, line: readonly [Command, ...string[]], stdin = ''): Promise<Ran> {
  const [command, ...args] = line
  const said: string[] = []
  const warned: string[] = []
  const subject: Subject = {
    kube,
    cluster: 'the test cluster',
    profiles: new Map([['default', DEFAULT_PROFILE]]),
    [Symbol.asyncDispose]: async () => undefined,
  }
  const code = await preview(command, args, {
    env: { KUBECONFIG: 'cluster.kubeconfig' },
    readFile: () => '',
    stdin: chunks(stdin),
    print: (text) => said.push(text),
    warn: (text) => warned.push(text),
    open: async () => subject,
  })
  return { code, said: said.join(''), warned: warned.join('') }
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}

/** A participant at rest, whose reconciler has stopped. */
async function acmeOn(kube: Kube): Promise<void> {
  await using _provisioning = await openProvisioning({ kube })
  await createParticipant(kube, 'acme')
  await eventuallyDone(kube, 'acme')
}

async function clusterFor(t: TestContext): Promise<Kube> {
  const cluster = await openTestCluster()
  t.after(() => cluster[Symbol.asyncDispose]())
  return cluster.kube
}

const dataplane = { namespace: 'acme', name: 'dataplane' }
const scale = (kube: Kube): Promise<KubeObject> =>
  kube.patch(RESOURCES.Deployment, dataplane, {
    type: 'merge',
    manager: 'kubectl-edit',
    body: { spec: { replicas: 4 } },
  })

describe('plan', () => {
  it('lists what would be created, in order, and writes nothing', async (t) => {
    const kube = await clusterFor(t)
    const { code, said } = await run(kube, ['plan', '-f', '-'], FILE)
    assert.equal(code, 0)
    const lines = said.trim().split('\n')
    assert.equal(lines[0], 'Participant acme')
    assert.equal(lines[1], 'create   Namespace acme')
    assert.equal(lines.at(-1), `${lines.length - 2} to create`)
    assert.equal(await kube.get(RESOURCES.Participant, { name: 'acme' }), undefined)
    assert.equal(await kube.get(RESOURCES.Namespace, { name: 'acme' }), undefined)
  })

  it('shows the fields that another spec changes, with no value of a Secret', async (t) => {
    const kube = await clusterFor(t)
    await acmeOn(kube)
    const file = FILE.replace('spec: {', "spec: { host: 'dataspace.example',")
    const { code, said } = await run(kube, ['plan', '-f', '-'], file)
    assert.equal(code, 0)
    assert.match(said, /^apply {4}ConfigMap acme\/controlplane-settings$/mu)
    assert.match(said, /^ +data\.EDC_DSP_CALLBACK_ADDRESS: ".*localhost.*" -> ".*dataspace\.example.*"$/mu)
    assert.match(said, /^apply {4}Deployment acme\/controlplane$/mu)
    assert.match(said, /^apply {4}HTTPRoute acme\/public$/mu)
    assert.match(said, /^3 to change, \d+ left as they are$/mu)
    const { items } = await kube.list<KubeObject & { data?: Record<string, string> }>(RESOURCES.Secret)
    const values = items.flatMap(({ data = {} }) => Object.values(data))
    assert.ok(values.length > 0)
    const json = (await run(kube, ['plan', '-f', '-', '-o', 'json'], file)).said
    for (const value of values) {
      assert.ok(!json.includes(value))
      assert.ok(!json.includes(Buffer.from(value, 'base64').toString()))
    }
  })

  it('says that no route is made where the cluster does not know its kind', async (t) => {
    const kube = await clusterFor(t)
    await acmeOn(kube)
    const { name } = httpRouteDefinition().metadata
    await kube.delete(RESOURCES.CustomResourceDefinition, { name })
    const { code, said } = await run(kube, ['plan', '-f', '-'], FILE)
    assert.equal(code, 0)
    assert.match(said, /^note: no route is made: HTTPRoute is not served by this cluster: install /mu)
    assert.doesNotMatch(said, /to change|to create|to delete/u)
  })

  it('says in JSON what it says in words', async (t) => {
    const kube = await clusterFor(t)
    const { said } = await run(kube, ['plan', '-f', '-', '-o', 'json'], FILE)
    const { cluster, participants } = JSON.parse(said) as {
      cluster: string
      participants: { name: string; differs: boolean; steps: { do: string; kind: string }[] }[]
    }
    assert.equal(cluster, 'the test cluster')
    assert.equal(participants[0]?.differs, true)
    assert.deepEqual(participants[0].steps[0], { do: 'create', kind: 'Namespace', name: 'acme' })
  })

  it('plans each of several participants, and leaves out what is none', async (t) => {
    const kube = await clusterFor(t)
    const other = FILE.replaceAll('acme', 'globex')
    const { code, said, warned } = await run(
      kube,
      ['plan', '-f', '-'],
      `${FILE}---\n${other}---\nkind: ConfigMap\n`,
    )
    assert.equal(code, 0)
    assert.match(said, /^Participant acme$/mu)
    assert.match(said, /^Participant globex$/mu)
    assert.match(warned, /ConfigMap is no Participant/u)
  })

  it('is refused, with exit code 1, for what the reconciler refuses', async (t) => {
    const kube = await clusterFor(t)
    await acmeOn(kube)
    await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'foreign' } } as KubeObject)
    const cases: readonly (readonly [string, RegExp])[] = [
      [FILE.replace('name: acme', 'name: beta'), /refused: DidTaken: .*"acme"/u],
      [FILE.replaceAll('acme', 'foreign'), /refused: NamespaceForeign: /u],
      [FILE.replaceAll('acme', 'vault'), /refused: InvalidName: /u],
      [
        FILE.replace('spec: {', 'spec: { profile: huge,').replaceAll('acme', 'x'),
        /refused: UnknownProfile: /u,
      ],
    ]
    for (const [file, says] of cases) {
      const { code, said } = await run(kube, ['plan', '-f', '-'], file)
      assert.match(said, says)
      assert.equal(code, 1)
      assert.doesNotMatch(said, /^create/mu)
    }
  })

  it('ends with exit code 2 and the reason for what it cannot use', async (t) => {
    const kube = await clusterFor(t)
    const cases: readonly (readonly [readonly string[], string, RegExp])[] = [
      [[], '', /-f FILE is missing/u],
      [['-f', '-', 'acme'], FILE, /"acme" is one word too many/u],
      [['-f', '-', '-o', 'xml'], FILE, /-o must be json or text/u],
      [['-f', '-', '--colour=x'], FILE, /--colour is not an option/u],
      [['-f', '-'], 'kind: Pod', /holds no Participant/u],
      [['-f', '-'], `${FILE}---\n${FILE}`, /two participants "acme"/u],
      [['-f', '-'], 'a: [', /no YAML/u],
      [['-f', '-'], FILE.replace('did:web:acme.example', 'acme'), /spec\.did/u],
      [['-f', '-'], FILE.replace('spec: {', 'spec: { profil: x,'), /profil/u],
      [['-f', '/nowhere/participant.yaml'], '', /participant\.yaml/u],
    ]
    for (const [args, stdin, says] of cases) {
      const { code, said, warned } = await run(kube, ['plan', ...args], stdin)
      assert.equal(code, 2, args.join(' '))
      assert.match(warned, says)
      assert.equal(said, '')
    }
  })
})

describe('plan of another template for several components', () => {
  const limits = '{ resources: { limits: { memory: 700Mi } } }'
  const file = FILE.replace('spec: {', `spec: { components: { vault: ${limits}, dataplane: ${limits} },`)

  it('shows which component comes first, and what is held back until it runs', async (t) => {
    const kube = await clusterFor(t)
    await acmeOn(kube)
    const { code, said } = await run(kube, ['plan', '-f', '-'], file)
    assert.equal(code, 0)
    assert.match(
      said,
      /apply {4}StatefulSet acme\/vault\n.*memory.*\nlater, component by component, once vault runs:\napply {4}Deployment acme\/dataplane\n/u,
    )
    assert.match(said, /^3 to change, /mu)
  })

  it('says the same in JSON', async (t) => {
    const kube = await clusterFor(t)
    await acmeOn(kube)
    const { said } = await run(kube, ['plan', '-f', '-', '-o', 'json'], file)
    const { participants } = JSON.parse(said) as {
      participants: { steps: { do: string; name: string; heldUntil?: string }[] }[]
    }
    const changed = participants[0]?.steps.filter((step) => step.do === 'apply')
    assert.deepEqual(
      changed?.map(({ name, heldUntil }) => [name, heldUntil]),
      [
        ['participant-quota', undefined],
        ['vault', undefined],
        ['dataplane', 'vault'],
      ],
    )
  })
})

describe('diff', () => {
  it('ends with exit code 0 when nothing differs', async (t) => {
    const kube = await clusterFor(t)
    await acmeOn(kube)
    const { code, said } = await run(kube, ['diff', 'acme'])
    assert.match(said, /^Participant acme\n\d+ left as they are\n$/u)
    assert.equal(code, 0)
  })

  it('ends with exit code 1 and names what differs and who set it', async (t) => {
    const kube = await clusterFor(t)
    await acmeOn(kube)
    await scale(kube)
    await kube.delete(RESOURCES.Service, dataplane)
    const { code, said } = await run(kube, ['diff', 'acme'])
    assert.equal(code, 1)
    assert.match(said, /^apply {4}Deployment acme\/dataplane$/mu)
    assert.match(said, /^ +spec\.replicas: 4 -> 1, set by "kubectl-edit"$/mu)
    assert.match(said, /^create {3}Service acme\/dataplane$/mu)
    const live = await kube.get<KubeObject & { spec: { replicas: number } }>(RESOURCES.Deployment, dataplane)
    assert.equal(live?.spec.replicas, 4, 'diff repaired it')
  })

  it('shows that somebody asked for new secret values and which pods start anew, and no value', async (t) => {
    const kube = await clusterFor(t)
    await acmeOn(kube)
    const body = { metadata: { annotations: { [ASKS.rotate]: 'now' } } }
    await kube.patch(RESOURCES.Participant, { name: 'acme' }, { type: 'merge', manager: 'somebody', body })
    const secret = await kube.get<KubeObject & { readonly data: Readonly<Record<string, string>> }>(
      RESOURCES.Secret,
      { namespace: 'acme', name: 'controlplane-credentials' },
    )
    const { code, said } = await run(kube, ['diff', 'acme'])
    assert.equal(code, 1)
    assert.match(
      said,
      /^rotate {3}Secret acme\/controlplane-credentials \(new values for management-api-key, as asked for by dataspaces\.dev\/rotate-secrets\)$/mu,
    )
    assert.match(
      said,
      /^ +spec\.template\.metadata\.annotations\["dataspaces\.dev\/rotation"\]: \(none\) -> "now"$/mu,
    )
    assert.match(said, /\b4 to change, 3 to get new values\b/u)
    const values = Object.values(secret?.data ?? {})
    assert.equal(values.length, 1)
    for (const value of values) assert.ok(!said.includes(value) && !said.includes(atob(value)))
  })

  it('shows the differences of a suspended participant, and that nothing is done about them', async (t) => {
    const kube = await clusterFor(t)
    await acmeOn(kube)
    await scale(kube)
    const change = { type: 'merge', manager: 'somebody', body: { spec: { suspended: true } } } as const
    await kube.patch(RESOURCES.Participant, { name: 'acme' }, change)
    const { code, said } = await run(kube, ['diff', 'acme'])
    assert.equal(code, 1)
    assert.match(said, /^note: it is suspended/mu)
  })

  it('ends with exit code 2 for a participant that does not exist, or without a cluster', async (t) => {
    const kube = await clusterFor(t)
    const absent = await run(kube, ['diff', 'acme'])
    assert.deepEqual([absent.code, absent.said], [2, ''])
    assert.match(absent.warned, /no participant "acme" in the test cluster/u)
    const nameless = await run(kube, ['diff'])
    assert.equal(nameless.code, 2)
    assert.match(nameless.warned, /the name of a participant is missing/u)
    const warned: string[] = []
    const code = await preview('diff', ['acme'], {
      env: {},
      readFile: () => '',
      stdin: chunks(''),
      print: () => undefined,
      warn: (text) => warned.push(text),
      open: async () => assert.fail('a cluster was opened'),
    })
    assert.equal(code, 2)
    assert.match(warned.join(''), /--kubeconfig FILE/u)
  })

  it('explains itself', async (t) => {
    const kube = await clusterFor(t)
    for (const command of ['plan', 'diff'] as const) {
      const { code, said } = await run(kube, [command, '--help'])
      assert.equal(code, 0)
      assert.match(said, new RegExp(`^Usage: dataspace-provisioner ${command} `, 'mu'))
    }
  })
})
