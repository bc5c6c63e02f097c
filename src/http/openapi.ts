/** The OpenAPI document without a running service, for whoever writes it to a file. */
import { createApp } from './app.ts'

/** Always the same for the same source. Nothing is listened on, nothing is asked. */
export async function openapiDocument(): Promise<object> {
  const app = createApp({
    reader: { get: async () => undefined, list: async () => ({ total: 0, items: [] }) },
    writer: {
      create: refuse,
      preview: refuse,
      delete: refuse,
      retry: refuse,
      suspend: refuse,
      resume: refuse,
    },
    freshness: () => ({ synced: false, stale: false, observedAtMs: 0 }),
    auth: { kind: 'none' },
    log: false,
    now: () => 0,
  })
  await using _closed = { [Symbol.asyncDispose]: () => app.close() }
  await app.ready()
  return app.swagger()
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('this app only describes itself'))
}
