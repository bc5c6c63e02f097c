/** The doubles of 0.15 answer like processes of 0.15.1 did, request after request; `scripts/record-edc.ts` made the recording. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { EdcAnswer } from './answers.ts'
import { EdcDataspace } from './dataspace.ts'

interface Recorded {
  readonly asked: {
    readonly api: keyof typeof PLACES
    readonly method: string
    readonly path: string
    /** Left out: the right one. */
    readonly key?: 'none' | 'wrong'
    readonly body?: unknown
  }
  readonly answered: { readonly status: number; readonly type: string | null; readonly body: unknown }
}

const PLACES = {
  management: { service: 'controlplane', port: 18_081, base: '/api/management' },
  identity: { service: 'identityhub', port: 17_081, base: '/api/identity' },
  'controlplane-health': { service: 'controlplane', port: 18_080, base: '/api' },
  'identityhub-health': { service: 'identityhub', port: 17_080, base: '/api' },
} as const

const recording = JSON.parse(
  readFileSync(new URL('testdata/recorded-0.15.1.json', import.meta.url), 'utf8'),
) as readonly Recorded[]

describe('the doubles of 0.15', () => {
  let [now, numbers] = [0, 0]
  const newId = (): string => `00000000-0000-4000-8000-${String((numbers += 1)).padStart(12, '0')}`
  const dataspace = new EdcDataspace({ generation: '0.15', now: () => now, random: newId })
  dataspace.start('acme', { managementKey: 'right', identityKey: 'right' })
  now += 60_000

  for (const [index, { asked, answered }] of recording.entries())
    it(`answer ${asked.method} ${asked.api} ${asked.path} with ${answered.status} as recorded (${index})`, () => {
      const { service, port, base } = PLACES[asked.api]
      const [path = '', query] = asked.path.split('?')
      const answer = dataspace.answer(
        { participant: 'acme', service, port },
        {
          method: asked.method,
          path: base + path,
          query: new URLSearchParams(query),
          headers: asked.key === 'none' ? {} : { 'x-api-key': asked.key ?? 'right' },
          body: textOf(asked.body),
        },
      )
      assert.ok(answer)
      assert.deepEqual(readable(answer), readable({ ...answered }))
    })
})

function textOf(body: unknown): string {
  if (body === undefined) return ''
  return typeof body === 'string' ? body : JSON.stringify(body)
}

type Told = EdcAnswer | Recorded['answered']

/** What counts of an answer: the title of a page, the values that are not different every time. */
function readable(answer: Told): unknown {
  const type = 'type' in answer ? (answer.type ?? undefined) : answer.headers['content-type']
  return { status: answer.status, type, body: bodyOf(answer.body, type) }
}

function bodyOf(body: unknown, type: string | undefined): unknown {
  if (type?.startsWith('text/html') === true)
    return typeof body === 'string' ? (/<title>(.*)<\/title>/u.exec(body)?.[1] ?? body) : body
  // The parsers' words are of no use to anybody.
  if (type === 'text/plain') return typeof body === 'string' && body !== ''
  return scrubbed(typeof body === 'string' ? jsonOr(body) : body)
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function scrubbed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null), (name, inner: unknown) => {
    if (['apiKey', 'clientSecret'].includes(name)) return '<secret>'
    if (['createdAt', 'lastModified', 'lastUpdated'].includes(name)) return '<time>'
    if (name === 'message' && typeof inner === 'string') return inner.split(', should be one of')[0]
    if (typeof inner !== 'string') return inner
    if (/^[0-9a-f]{8}-[0-9a-f]{4}-/u.test(inner)) return '<uuid>'
    return inner.startsWith('YWNtZQ==.') ? '<secret>' : inner
  })
}
