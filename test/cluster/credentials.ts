/** Who may talk to a test cluster: users with static tokens, and a kubeconfig file for each. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** `admin` may do anything; the others may do nothing until a test gives them a role by RBAC. */
const CLUSTER_USERS = ['admin', 'viewer', 'provisioner'] as const
export type ClusterUser = (typeof CLUSTER_USERS)[number]

export type Tokens = Readonly<Record<ClusterUser, string>>

export function drawTokens(): Tokens {
  const token = (): string => randomBytes(24).toString('base64url')
  return { admin: token(), viewer: token(), provisioner: token() }
}

/** The file of `--token-auth-file`: token, user, uid, groups. */
export function renderTokenFile(tokens: Tokens): string {
  const line = (user: ClusterUser): string =>
    [tokens[user], user, user, ...(user === 'admin' ? ['"system:masters"'] : [])].join(',')
  return `${CLUSTER_USERS.map(line).join('\n')}\n`
}

/** A key for signing service account tokens, PEM. */
export function drawSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString()
}

export function kubeconfigFileOf(dir: string, user: ClusterUser): string {
  return join(dir, user === 'admin' ? 'kubeconfig' : `${user}.kubeconfig`)
}

export interface Access {
  readonly server: string
  /** PEM. */
  readonly ca: string
  readonly tokens: Tokens
}

/** One file per user, readable by the owner only. */
export async function writeKubeconfigs(dir: string, { server, ca, tokens }: Access): Promise<void> {
  const cluster = { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') }
  for (const user of CLUSTER_USERS) {
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: user, user: { token: tokens[user] } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user } }],
      'current-context': 'test',
    }
    await writeFile(kubeconfigFileOf(dir, user), stringify(config), { mode: 0o600 })
  }
}
