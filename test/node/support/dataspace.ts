/** A dataspace on a real node: an issuer beside it, and the program as a process outside of it, with the rights that it needs there. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { INSTALLED } from '../../../src/install/names.ts'
import type { Kube } from '../../../src/kube/kube.ts'
import { type ServiceProcess, startProcess } from '../../integration/process.ts'
import { kubeOf } from '../../integration/test-cluster.ts'
import type { Installation } from '../../support/installation.ts'
import type { Issuer } from '../../support/issuer/issuer.ts'
import { type KubeProxy, openKubeProxy } from '../../support/kube-proxy.ts'
import { ISSUER_KEY, openIssuerBeside, seededConfig } from './issuer.ts'
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
  const issuer = await openIssuerBeside(node, stack)
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

async function writeConfig(node: TestNode, issuer: Issuer): Promise<string> {
  const [key, config] = ['issuer-key', 'dataspace.yaml'].map((name) => join(node.dir, name)) as [
    string,
    string,
  ]
  await writeFile(key, ISSUER_KEY)
  await writeFile(config, await seededConfig(node, issuer, { file: key }))
  return config
}
