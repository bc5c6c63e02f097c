/** A server of its own for a test: calls by `fetch`, watches line by line, a clock that stands still, and a kind to play with. */
import type { Rule } from '../crd/rules.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { type MemoryState, openState } from './memory-state.ts'
import { type ApiServer, type ApiServerOptions, openApiServer } from './server.ts'

export interface Reply {
  readonly code: number
  readonly headers: Headers
  readonly body: Reading
}

/** A JSON document, as deep as a test looks into it. */
export interface Reading extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>
  readonly status: unknown
  readonly data?: Readonly<Record<string, string>>
  readonly items: readonly Reading[]
  readonly reason?: string
  readonly message: string
  readonly code?: number
  readonly details: {
    readonly causes: readonly { readonly field: string; readonly message: string; readonly reason: string }[]
  }
  readonly metadata: KubeObject['metadata'] & {
    readonly continue?: string
    readonly remainingItemCount?: number
    readonly managedFields: readonly {
      readonly manager: string
      readonly operation: string
      readonly fieldsV1: unknown
    }[]
  }
  readonly [field: string]: unknown
}

export interface SeenEvent {
  readonly type: string
  readonly object: Reading
}

export interface TestServer extends AsyncDisposable {
  readonly server: ApiServer
  readonly state: MemoryState
  call(method: string, path: string, sent?: Sent): Promise<Reply>
  apply(path: string, object: object, query?: string): Promise<Reply>
  /** Ends when the test's server closes, at the latest. */
  watch(path: string): Promise<EventReader>
}

export interface Sent {
  readonly body?: unknown
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

export const MERGE = 'application/merge-patch+json'
export const JSON_PATCH = 'application/json-patch+json'
export const STRATEGIC = 'application/strategic-merge-patch+json'
export const APPLY = 'application/apply-patch+yaml'

export async function openTestServer(options: Partial<ApiServerOptions> = {}): Promise<TestServer> {
  let uids = 0
  const now = (): number => Date.parse('2026-01-02T03:04:05Z')
  const state = openState({
    now,
    newUid: () => `00000000-0000-4000-8000-${String(++uids).padStart(12, '0')}`,
  })
  const server = await openApiServer({ state, now, rules: WIDGET_RULES, ...options })
  const call: TestServer['call'] = async (
    method,
    path,
    { body, type = 'application/json', headers = {} } = {},
  ) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(server.url + path, {
      method,
      headers: { ...headers, ...(text === undefined ? {} : { 'content-type': type }) },
      ...(text === undefined ? {} : { body: text }),
    })
    const answer = await response.text()
    return { code: response.status, headers: response.headers, body: readable(answer) }
  }
  return {
    server,
    state,
    call,
    apply: (path, object, query = 'fieldManager=tester') =>
      call('PATCH', `${path}?${query}`, { body: object, type: APPLY }),
    watch: async (path) => new EventReader(await fetch(server.url + path)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function readable(text: string): Reading {
  return (text.startsWith('{') ? JSON.parse(text) : { message: text }) as Reading
}

/** The events of a watch, one after the other. */
export class EventReader implements AsyncDisposable {
  readonly code: number
  readonly #lines: AsyncIterator<string>

  constructor(response: Response) {
    this.code = response.status
    this.#lines = linesOf(response.body ?? new ReadableStream())
  }

  /** Undefined when the server has ended the stream. */
  async next(): Promise<SeenEvent | undefined> {
    const { done, value } = await this.#lines.next()
    return done === true ? undefined : (JSON.parse(value) as SeenEvent)
  }

  async take(count: number): Promise<readonly SeenEvent[]> {
    const events: SeenEvent[] = []
    while (events.length < count) {
      const event = await this.next()
      if (event === undefined) throw new Error(`the watch ended after ${events.length} of ${count} events`)
      events.push(event)
    }
    return events
  }

  /** `TYPE name`, for comparing. */
  async names(count: number): Promise<readonly string[]> {
    return (await this.take(count)).map(({ type, object }) => `${type} ${object.metadata.name}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines.return?.()
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
export const WIDGETS = '/apis/example.dev/v1/widgets'

export function configMap(
  name: string,
  data: Readonly<Record<string, string>> = {},
  metadata: object = {},
): object {
  const content = Object.keys(data).length === 0 ? {} : { data }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, ...content }
}

export function deployment(name: string, image: string, spec: object = {}): object {
  const labels = { app: name }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  }
}

export function widget(name: string, spec: object, rest: object = {}): object {
  return { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name }, spec, ...rest }
}

const WIDGET_RULES: readonly Rule[] = [
  {
    rule: 'self.color == oldSelf.color',
    message: 'color is immutable',
    path: 'spec',
    holds: (self, old) => (self as { color: string }).color === (old as { color: string }).color,
  },
]

/** A definition with every kind of field that the product's own has. */
export function widgetDefinition(rule = 'self.color == oldSelf.color'): KubeObject {
  const text = { type: 'string' }
  const spec = {
    type: 'object',
    required: ['color'],
    'x-kubernetes-validations': [{ rule, message: 'color is immutable' }],
    properties: {
      color: { ...text, minLength: 2, maxLength: 6, pattern: '^[a-z]+$' },
      size: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
      mode: { ...text, enum: ['A', 'B'], default: 'A' },
      tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set', maxItems: 3 },
      plain: { type: 'array', items: text },
      nested: { type: 'object', default: {}, properties: { deep: { type: 'integer', default: 5 } } },
      amounts: { type: 'object', additionalProperties: text },
    },
  }
  const condition = { type: 'object', required: ['type', 'status'], properties: { type: text, status: text } }
  const conditions = {
    type: 'array',
    items: condition,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  }
  const status = { type: 'object', properties: { phase: text, conditions } }
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.dev' },
    spec: {
      group: 'example.dev',
      scope: 'Cluster',
      names: { kind: 'Widget', plural: 'widgets', shortNames: ['wd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
            { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec, status } } },
        },
      ],
    },
  }
  return definition
}
