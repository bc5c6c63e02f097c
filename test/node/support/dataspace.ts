/** A dataspace on a real node: an issuer beside it, and the program as a process outside of it, with the rights that it needs there. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Agent, fetch as undiciFetch } from 'undici'
import { parse } from 'yaml'
import { INSTALLED } from '../../../src/install/names.ts'
import type { Kube } from '../../../src/kube/kube.ts'
import { DATASPACE_DOMAIN } from '../../cluster/node/files.ts'
import { type ServiceProcess, startProcess } from '../../integration/process.ts'
import { kubeOf } from '../../integration/test-cluster.ts'
import type { Installation } from '../../support/installation.ts'
import { type Issuer, ISSUER_CONTEXT, openIssuer } from '../../support/issuer/issuer.ts'
import { type KubeProxy, openKubeProxy } from '../../support/kube-proxy.ts'
import { installOn, openNode, type TestNode } from './node.ts'

export interface NodeDataspace extends AsyncDisposable {
  readonly node: TestNode
  readonly kubectl: Installation['kubectl']
  /** As admin. */
  readonly kube: Kube
  readonly issuer: Issuer
  /** All that the program sends to the cluster comes through it, also what is for the components of participants. */
  readonly door: KubeProxy
  /** The process that works now. */
  readonly service: ServiceProcess
  /** SIGKILL, and another: it knows nothing, and verifies everything. */
  restartService(): Promise<void>
}

export const ISSUER_KEY = 'key-of-the-issuer'

export async function openDataspace(): Promise<NodeDataspace> {
  await using stack = new AsyncDisposableStack()
  const node = stack.use(await openNode())
  const { kubectl, kubeconfig } = await installOn(node, { replicas: 0 })
  await kubectl(
    'create',
    'clusterrole',
    'outside',
    '--verb=get,create,update,delete',
    '--resource=services/proxy',
  )
  const account = `--serviceaccount=${INSTALLED.namespace}:${INSTALLED.account}`
  await kubectl('create', 'clusterrolebinding', 'outside', '--clusterrole=outside', account)
  const kube = stack.use(await kubeOf(node.kubeconfig))
  const { machine } = node.network
  const fetch = fetchThrough(stack, node)
  const issuer = stack.use(
    await openIssuer({ listenOn: machine, host: machine, adminKey: ISSUER_KEY, fetch }),
  )
  const door = stack.use(await openKubeProxy(kubeconfig))
  const config = await writeConfig(node, issuer)
  const start = (): Promise<ServiceProcess> =>
    startProcess({ kubeconfig: door.kubeconfig, settings: ['--config', config] })
  let service = await start()
  stack.defer(() => service.stop())
  const owned = stack.move()
  return {
    node,
    kubectl,
    kube,
    issuer,
    door,
    get service() {
      return service
    },
    async restartService() {
      await service.kill()
      service = await start()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The profile of the node, seeded. */
async function writeConfig(node: TestNode, { did, adminUrl }: Issuer): Promise<string> {
  const { profiles } = parse(await readFile(node.config, 'utf8')) as { profiles: { default: object } }
  const issuer = {
    did,
    address: adminUrl,
    contextId: ISSUER_CONTEXT,
    generation: 'edc-0.15',
    key: { file: join(node.dir, 'issuer-key') },
    credential: { type: 'MembershipCredential', definition: 'MembershipCredential' },
  }
  const seeded = { ...profiles.default, edc: { generation: 'probe' } }
  const path = join(node.dir, 'dataspace.yaml')
  await writeFile(issuer.key.file, ISSUER_KEY)
  await writeFile(path, JSON.stringify({ issuers: [issuer], profiles: { default: seeded } }))
  return path
}

/** The names of participants lead to the gateway of the node. */
function fetchThrough(stack: AsyncDisposableStack, { network }: TestNode): typeof globalThis.fetch {
  const agent = new Agent({
    connect: {
      lookup: (hostname, _, found) => {
        const address = hostname.endsWith(`.${DATASPACE_DOMAIN}`) ? network.node : hostname
        found(null, [{ address, family: 4 }])
      },
    },
  })
  stack.defer(() => agent.close())
  return ((url: string, options: object) =>
    undiciFetch(url, { ...options, dispatcher: agent })) as unknown as typeof globalThis.fetch
}
