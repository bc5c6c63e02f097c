/** Reads kubeconfig files and picks the current context out of them; every fault is named before anything is sent. */
import { readFile } from 'node:fs/promises'
import { delimiter, dirname, resolve } from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { type Entry, type Fields, isFields, type Login, loginOf, requiredText, textAt } from './login.ts'
import { CredentialsError } from './server-address.ts'

interface KubeconfigFile {
  readonly path: string
  readonly content: Fields
}

type Section = 'clusters' | 'contexts' | 'users'

const POD_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Merges like kubectl: the first file that sets a name or `current-context` wins, and missing files of a list are
 * skipped. `paths` is one path, or several with the platform's delimiter. Throws `CredentialsError`.
 */
export async function readKubeconfig(paths: string): Promise<Login> {
  const files = await readFiles(paths)
  const where = files.map(({ path }) => path).join(delimiter)
  const name = currentContext(files, where)
  const context = pick(files, { section: 'contexts', name, wantedBy: `current-context of ${where}` })
  const origin = `context ${name} of ${where}`
  const clusterName = requiredText(context.fields, 'cluster', origin)
  const userName = textAt(context.fields, 'user')
  return loginOf({
    origin,
    cluster: pick(files, { section: 'clusters', name: clusterName, wantedBy: origin }),
    user:
      userName === undefined
        ? undefined
        : pick(files, { section: 'users', name: userName, wantedBy: origin }),
  })
}

/** The service account that Kubernetes mounts into every pod. Throws `CredentialsError`. */
export async function loginOfPod(pod: {
  readonly host: string
  readonly port: string
  readonly folder?: string
}): Promise<Login> {
  const folder = pod.folder ?? POD_FOLDER
  const host = pod.host.includes(':') ? `[${pod.host}]` : pod.host
  const fields = { server: `https://${host}:${pod.port}`, 'certificate-authority': 'ca.crt' }
  return loginOf({
    origin: 'service account of this pod',
    cluster: { name: 'in-cluster', fields, folder },
    user: { name: 'in-cluster', fields: { tokenFile: 'token' }, folder },
  })
}

async function readFiles(paths: string): Promise<readonly KubeconfigFile[]> {
  const wanted = paths
    .split(delimiter)
    .filter((path) => path !== '')
    .map((path) => resolve(path))
  const found = await Promise.all(wanted.map(readIfThere))
  const files = found.filter((file) => file !== undefined)
  if (files.length > 0) return files
  throw new CredentialsError(`there is no kubeconfig at ${wanted.join(delimiter) || '""'}; check the path`)
}

async function readIfThere(path: string): Promise<KubeconfigFile | undefined> {
  try {
    return { path, content: contentOf(await readFile(path, 'utf8'), path) }
  } catch (error) {
    if (error instanceof CredentialsError) throw error
    if (isMissing(error)) return undefined
    throw new CredentialsError(`the kubeconfig ${path} cannot be read; check its kind and permissions`, {
      cause: error,
    })
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** The text and its parse error are never repeated: kubeconfigs hold keys. */
function contentOf(text: string, path: string): Fields {
  const content = parsed(text, path)
  if (!isFields(content)) throw new CredentialsError(`${path} is not a kubeconfig: expected a YAML mapping`)
  return content
}

function parsed(text: string, path: string): unknown {
  try {
    return parse(text, { logLevel: 'error' })
  } catch (error) {
    const start = error instanceof YAMLParseError ? error.linePos?.[0] : undefined
    const place = start === undefined ? '' : ` (line ${start.line}, column ${start.col})`
    throw new CredentialsError(`${path} is not a kubeconfig: it is not YAML${place}`)
  }
}

function currentContext(files: readonly KubeconfigFile[], where: string): string {
  const name = files.map(({ content }) => textAt(content, 'current-context')).find((it) => it !== undefined)
  if (name !== undefined) return name
  const known = namesIn(files, 'contexts')
  throw new CredentialsError(
    `${where} has no current-context; choose one with kubectl config use-context (${known})`,
  )
}

function pick(
  files: readonly KubeconfigFile[],
  {
    section,
    name,
    wantedBy,
  }: { readonly section: Section; readonly name: string; readonly wantedBy: string },
): Entry {
  for (const { path, content } of files) {
    const entry = entriesOf(content, section).find((it) => it['name'] === name)
    if (entry === undefined) continue
    const fields = entry[section.slice(0, -1)]
    return { name, fields: isFields(fields) ? fields : {}, folder: dirname(path) }
  }
  throw new CredentialsError(
    `${wantedBy} names ${name}, which is not among its ${section} (${namesIn(files, section)})`,
  )
}

function namesIn(files: readonly KubeconfigFile[], section: Section): string {
  const names = files.flatMap(({ content }) =>
    entriesOf(content, section).map((entry) => String(entry['name'])),
  )
  return names.length === 0 ? `it has no ${section}` : `known: ${names.join(', ')}`
}

function entriesOf(content: Fields, section: Section): readonly Fields[] {
  const entries = content[section]
  return Array.isArray(entries) ? entries.filter(isFields) : []
}
