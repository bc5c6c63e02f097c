/** A cluster to test on: the built-in one or a real API server. The suites cannot tell which. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { type Config, readConfig } from '../../src/config/config.ts'
import { INSTALLED, INSTALLED_USER } from '../../src/install/names.ts'
import { type KubeOptions, openKube } from '../../src/kube/client.ts'
import { type Credentials, openCredentials } from '../../src/kube/credentials.ts'
import type { Kube } from '../../src/kube/kube.ts'
import type { ComponentName } from '../../src/model/participant.ts'
import { type RunningService, startService } from '../../src/service.ts'
import { type BuiltInCluster, openCluster } from '../../src/simulator/cluster.ts'
import { FAST_TIMING } from '../../src/simulator/controllers/timing.ts'
import { openLogger } from '../../src/telemetry/logger.ts'
import { Api } from '../cluster/api.ts'
import { startControlPlane } from '../cluster/control-plane.ts'
import { install, type Installation } from '../support/installation.ts'
import { realCluster } from '../support/real-cluster.ts'

export interface TestCluster extends AsyncDisposable {
  readonly kubeconfig: string
  /** Settings without which the program cannot work on it. */
  readonly settings?: readonly string[]
  readonly kube: Kube
  /** For kinds that the product does not know: POSTs an object to a path, and GETs what is at one. */
  readonly api: Pick<Api, 'create' | 'get'>
  /** Where there is one for it. */
  readonly kubectl?: Installation['kubectl']
}

export type OpenTestCluster = () => Promise<TestCluster>

/** One cluster for all suites of a file; it is closed after the last. */
export function shared<C extends TestCluster>(open: () => Promise<C>): () => Promise<C> {
  let opened: Promise<C> | undefined
  after(async () => {
    await (await opened)?.[Symbol.asyncDispose]()
  })
  return async () => {
    opened ??= open()
    return { ...(await opened), [Symbol.asyncDispose]: async () => undefined }
  }
}

export interface BuiltInTestCluster extends TestCluster {
  /** The EDC of its participants. */
  readonly dataspace: BuiltInCluster['dataspace']
}

export async function openBuiltIn(): Promise<BuiltInTestCluster> {
  await using stack = new AsyncDisposableStack()
  const cluster = stack.use(await openCluster({ timing: FAST_TIMING, token: TOKEN }))
  const dir = await mkdtemp(join(tmpdir(), 'dataspace-provisioner-'))
  stack.defer(() => rm(dir, { recursive: true }))
  const kubeconfig = join(dir, 'kubeconfig')
  await writeFile(kubeconfig, JSON.stringify(kubeconfigFor(cluster.url)))
  const { dataspace } = cluster
  return owning(stack, { kubeconfig, dataspace, ...(await clientsOf(kubeconfig, stack)) })
}

export async function openReal(): Promise<TestCluster> {
  await using stack = new AsyncDisposableStack()
  const { kubeconfig } = stack.use(await realCluster())
  return owning(stack, { kubeconfig, ...(await clientsOf(kubeconfig, stack)) })
}

export interface InstalledCluster extends TestCluster {
  readonly kubectl: Installation['kubectl']
  /** Of the program's account. */
  readonly auditLog: string
}

/** One with the program's account and rights of `deploy/`; what runs on it runs as that account, and the tests as admin. */
export async function openInstalled(): Promise<InstalledCluster> {
  await using stack = new AsyncDisposableStack()
  const cluster = stack.use(await startControlPlane({ auditedUser: INSTALLED_USER }))
  const { kubeconfig, kubectl } = await install(cluster)
  const clients = await clientsOf(cluster.kubeconfig, stack)
  const settings = ['--lease-namespace', INSTALLED.namespace]
  return owning(stack, { kubeconfig, settings, kubectl, auditLog: cluster.auditLog, ...clients })
}

/** One that soon notices when a node is not heard of. */
export async function openRealWithShortNodeGrace(): Promise<TestCluster> {
  await using stack = new AsyncDisposableStack()
  const { kubeconfig } = stack.use(await startControlPlane({ nodeGraceSeconds: 10 }))
  return owning(stack, { kubeconfig, ...(await clientsOf(kubeconfig, stack)) })
}

/** Clients of their own, for looking at the cluster beside the service. */
async function clientsOf(
  kubeconfig: string,
  stack: AsyncDisposableStack,
): Promise<Pick<TestCluster, 'kube' | 'api'>> {
  const credentials = await credentialsOf(kubeconfig)
  const kube = clientOf(credentials)
  const { headers, tls } = await credentials.access()
  const token = headers['authorization']?.replace('Bearer ', '')
  const { ca } = tls
  const { server } = credentials
  const options = { server, ...(ca !== undefined && { ca }), ...(token !== undefined && { token }) }
  return { kube: stack.use(kube), api: stack.use(new Api(options)) }
}

/** A client that logs in with this kubeconfig; says that it is a test unless told otherwise. */
export async function kubeOf(kubeconfig: string, userAgent?: string): Promise<Kube & AsyncDisposable> {
  return clientOf(await credentialsOf(kubeconfig), userAgent)
}

function credentialsOf(kubeconfig: string): Promise<Credentials> {
  return openCredentials({ kind: 'kubeconfig', paths: kubeconfig }, { now: () => performance.now() })
}

function clientOf(
  credentials: Credentials,
  userAgent = 'dataspace-provisioner-test/0',
): Kube & AsyncDisposable {
  return openKube({ credentials, userAgent, random: Math.random, log: silentLog })
}

export interface ServiceOverrides {
  readonly args?: readonly string[]
  readonly onCall?: KubeOptions['onCall']
  /** The configuration file. */
  readonly file?: string
}

/** The whole service in this process, on free ports; resolves when it is ready. */
export async function serviceOn(
  cluster: TestCluster,
  overrides: ServiceOverrides = {},
): Promise<RunningService> {
  const service = await startService(configFor(cluster, overrides), {
    log: silentLog,
    version: '0.0.0-test',
    ...(overrides.onCall && { onCall: overrides.onCall }),
  })
  await service.ready
  return service
}

export const MISSING_IMAGE = 'registry.invalid/does-not-exist:1'
/** Images of the profiles that the suites know beside the default one: what they differ in, by component. */
export const RELEASES = {
  'broken-image': { controlplane: MISSING_IMAGE },
  /** Every image is another one. */
  next: {
    postgres: 'postgres:17.7',
    vault: 'openbao/openbao:2.4.5',
    identityhub: 'dataspace-provisioner/identityhub:0.15.2',
    controlplane: 'dataspace-provisioner/controlplane:0.15.2',
    dataplane: 'dataspace-provisioner/dataplane:0.15.2',
  },
  'broken-identityhub': { identityhub: MISSING_IMAGE, controlplane: 'dataspace-provisioner/controlplane:3' },
  'broken-postgres': { postgres: MISSING_IMAGE, dataplane: 'dataspace-provisioner/dataplane:3' },
} as const satisfies Readonly<Record<string, Partial<Readonly<Record<ComponentName, string>>>>>

/** JSON is YAML. */
const SUITE_YAML = JSON.stringify({
  profiles: Object.fromEntries(
    Object.entries(RELEASES).map(([name, images]) => [
      name,
      {
        components: Object.fromEntries(
          Object.entries(images).map(([component, image]) => [component, { image }]),
        ),
      },
    ]),
  ),
})

function configFor(
  { kubeconfig, settings = [] }: Pick<TestCluster, 'kubeconfig' | 'settings'>,
  { args = [], file = SUITE_YAML }: ServiceOverrides,
): Config {
  const config = readConfig({
    args: ['--port', '0', '--kubeconfig', kubeconfig, '--config', 'suite.yaml', ...settings, ...args],
    // Services of several suites share a cluster and get in nobody's way; who is elected is a suite of its own.
    env: { LEADER_ELECTION: 'off' },
    readFile: (path) => (path === 'suite.yaml' ? file : readFileSync(path, 'utf8')),
  })
  if (config === 'help') throw new Error('the test asked for help')
  return config
}

const silentLog = openLogger({ level: 'silent', format: 'json', write: () => undefined })

const TOKEN = 'a-token-for-the-suites'

function kubeconfigFor(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'built-in', cluster: { server } }],
    users: [{ name: 'admin', user: { token: TOKEN } }],
    contexts: [{ name: 'built-in', context: { cluster: 'built-in', user: 'admin' } }],
    'current-context': 'built-in',
  }
}

function owning<T extends object>(stack: AsyncDisposableStack, parts: T): T & AsyncDisposable {
  const owned = stack.move()
  return { ...parts, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
