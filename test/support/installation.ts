/** The program's account in a real cluster, as `deploy/` makes it: what it may do there is what it may do anywhere. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { INSTALLED } from '../../src/install/names.ts'
import type { RealCluster } from '../cluster/control-plane.ts'

const run = promisify(execFile)

export interface Installation {
  /** Path of a kubeconfig that logs in as the program's account. */
  readonly kubeconfig: string
  /** Runs kubectl as admin; answers its output. */
  readonly kubectl: (...args: readonly string[]) => Promise<string>
}

type Place = Pick<RealCluster, 'server' | 'ca' | 'dir' | 'kubeconfig' | 'kubectl'>

/** Of the one caller that the installation lets in. */
export const CALLER_TOKEN = 'a-token-for-the-suites'

const DEPLOY = join(import.meta.dirname, '..', '..', 'deploy')

/** What the README tells to do, with a token that TokenRequest gives for an hour. `folder` is a kustomization of `deploy/`. */
export async function install(cluster: Place, folder = DEPLOY): Promise<Installation> {
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const env = { HOME: cluster.dir, KUBECONFIG: cluster.kubeconfig }
    const { stdout } = await run(cluster.kubectl, args, { env })
    return stdout
  }
  const { namespace, account } = INSTALLED
  await kubectl('apply', '-k', folder)
  const inNamespace = `--namespace=${namespace}`
  const tokens = `--from-literal=tokens=suite ${CALLER_TOKEN}`
  await kubectl(inNamespace, 'create', 'secret', 'generic', 'dataspace-provisioner-tokens', tokens)
  const token = await kubectl(inNamespace, 'create', 'token', account, '--duration=1h')
  const kubeconfig = join(cluster.dir, 'installed.kubeconfig')
  await writeFile(kubeconfig, kubeconfigFor(cluster, token.trim()), { mode: 0o600 })
  return { kubeconfig, kubectl }
}

function kubeconfigFor({ server, ca }: Place, token: string): string {
  const cluster = { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') }
  const { account, namespace } = INSTALLED
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: account, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: account, namespace } }],
    'current-context': 'test',
  })
}
