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

/** What the README tells to do, with a token that TokenRequest gives for an hour. */
export async function install(cluster: RealCluster): Promise<Installation> {
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const env = { HOME: cluster.dir, KUBECONFIG: cluster.kubeconfig }
    const { stdout } = await run(cluster.kubectl, args, { env })
    return stdout
  }
  const { namespace, account } = INSTALLED
  const repository = join(import.meta.dirname, '..', '..')
  await kubectl('apply', '-k', join(repository, 'deploy'))
  const inNamespace = `--namespace=${namespace}`
  const tokens = '--from-literal=tokens=suite a-token-for-the-suites'
  await kubectl(inNamespace, 'create', 'secret', 'generic', 'dataspace-provisioner-tokens', tokens)
  const token = await kubectl(inNamespace, 'create', 'token', account, '--duration=1h')
  const kubeconfig = join(cluster.dir, 'installed.kubeconfig')
  await writeFile(kubeconfig, kubeconfigFor(cluster, token.trim()), { mode: 0o600 })
  return { kubeconfig, kubectl }
}

function kubeconfigFor({ server, ca }: RealCluster, token: string): string {
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
