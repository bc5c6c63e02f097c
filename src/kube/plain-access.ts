/** Reads what a kubeconfig says by itself: tokens, certificates and keys, as text or in files. */
import { readFile } from 'node:fs/promises'
import type { Access } from './credentials.ts'
import { type Fields, isFields, type Login, textAt } from './login.ts'

/** True when neither a plugin nor a provider is needed to log in: then no library is either, which is large. */
export function isPlain({ user }: Login): boolean {
  return !isFields(user['exec']) && !isFields(user['auth-provider'])
}

/** Of a login that {@link isPlain}. Reads the files anew; throws what the file system throws. */
export async function readPlainAccess({ cluster, user, insecure }: Login): Promise<Access> {
  const [ca, cert, key, token] = await Promise.all([
    pemOf(cluster, 'certificate-authority'),
    pemOf(user, 'client-certificate'),
    pemOf(user, 'client-key'),
    tokenOf(user),
  ])
  const authorization = token === undefined ? basicOf(user) : `Bearer ${token}`
  const as = textAt(user, 'as')
  const servername = textAt(cluster, 'tls-server-name')
  return {
    headers: { ...(authorization && { authorization }), ...(as && { 'impersonate-user': as }) },
    tls: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(servername && { servername }),
      // Said always: left open, an environment variable could switch verification off.
      rejectUnauthorized: !insecure,
    },
  }
}

/** A file, or the same as base64 under `…-data`. */
async function pemOf(fields: Fields, key: string): Promise<string | undefined> {
  const path = textAt(fields, key)
  if (path !== undefined) return await readFile(path, 'utf8')
  const data = textAt(fields, `${key}-data`)
  return data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8')
}

/** Tokens come as files hold them, with a line break at the end, which no header can have. */
async function tokenOf(user: Fields): Promise<string | undefined> {
  const path = textAt(user, 'tokenFile')
  const token = path === undefined ? textAt(user, 'token') : await readFile(path, 'utf8')
  return token?.trim()
}

function basicOf(user: Fields): string | undefined {
  const username = textAt(user, 'username')
  if (username === undefined) return undefined
  const password = textAt(user, 'password') ?? ''
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
