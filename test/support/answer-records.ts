/** Finished answers for tests of the stores; a test names only what differs. */
import type { StatusRecord } from '../../src/store/store.ts'

export function anAnswer(name: string, differs: Partial<StatusRecord> = {}): StatusRecord {
  return {
    name,
    uid: `uid-${name}`,
    did: `did:web:${name}.example`,
    status: 'READY',
    reason: 'AllComponentsReady',
    message: 'All components are running and ready',
    lastUpdated: '2026-01-01T00:00:00Z',
    body: new TextEncoder().encode(`{"participantName":"${name}"}`),
    etag: `"${name}"`,
    resourceVersion: '10',
    ...differs,
  }
}
