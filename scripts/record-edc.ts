/**
 * Asks real runtimes of EDC 0.15, started anew and empty, what the recording asks, and writes their answers into it:
 *
 *   node scripts/record-edc.ts MANAGEMENT IDENTITY CONTROLPLANE_HEALTH IDENTITYHUB_HEALTH MANAGEMENT_KEY IDENTITY_KEY
 *
 * The first four are addresses with the path of the API, such as http://127.0.0.1:18081/api/management. What is different
 * every time, and every secret, becomes a placeholder. The diff of the recording tells what the runtimes do otherwise.
 */
import { readFile, writeFile } from 'node:fs/promises'

const RECORDING = 'src/simulator/edc/testdata/recorded-0.15.1.json'

interface Exchange {
  readonly asked: {
    readonly api: string
    readonly method: string
    readonly path: string
    readonly key?: 'none' | 'wrong'
    readonly body?: unknown
  }
  readonly answered: { readonly status: number; readonly type: string | null; readonly body: unknown }
}

const [
  management = '',
  identity = '',
  controlplane = '',
  identityhub = '',
  managementKey = '',
  identityKey = '',
] = process.argv.slice(2)
const addresses = new Map([
  ['management', management],
  ['identity', identity],
  ['controlplane-health', controlplane],
  ['identityhub-health', identityhub],
])
const keys = new Map([
  ['management', managementKey],
  ['identity', identityKey],
])

const recording = JSON.parse(await readFile(RECORDING, 'utf8')) as readonly Exchange[]
const lines: string[] = []
for (const { asked } of recording)
  lines.push(JSON.stringify({ asked, answered: await answerTo(asked) }, scrubbed))
await writeFile(RECORDING, `[\n${lines.join(',\n')}\n]\n`)
console.log(`recorded ${lines.length} answers in ${RECORDING}`)

async function answerTo({ api, method, path, key, body }: Exchange['asked']): Promise<Exchange['answered']> {
  const secret = key === 'none' ? undefined : (key ?? keys.get(api))
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(secret !== undefined && { 'x-api-key': secret }),
  }
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch((addresses.get(api) ?? '') + path, {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body: sent }),
  })
  const type = response.headers.get('content-type')
  return { status: response.status, type, body: told(await response.text(), type) }
}

/** Of a page its title. */
function told(text: string, type: string | null): unknown {
  if (type?.startsWith('text/html') === true)
    return /<title>(?<title>.*)<\/title>/u.exec(text)?.groups?.['title']
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function scrubbed(name: string, value: unknown): unknown {
  if (['apiKey', 'clientSecret'].includes(name)) return '<secret>'
  if (['createdAt', 'lastModified', 'lastUpdated'].includes(name)) return '<time>'
  if (typeof value !== 'string') return value
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-/u.test(value)) return '<uuid>'
  return /^YWNtZQ==\.\S{20,}/u.test(value) ? '<secret>' : value
}
