/** Answers for the benchmarks, made by the product's own rules. */
import { derive } from '../src/observe/answers.ts'
import { judge } from '../src/status/participant.ts'
import type { StatusRecord } from '../src/store/store.ts'
import { aHealthySnapshot, aNamespace, aParticipant } from '../test/support/builders.ts'

export function nameOf(index: number): string {
  return `p${String(index).padStart(5, '0')}`
}

export function recordOf(name: string): StatusRecord {
  const snapshot = aHealthySnapshot({
    participant: aParticipant({ metadata: { name }, spec: { did: `did:web:${name}.example` } }),
    namespace: aNamespace({ name, participant: name }),
  })
  return derive({ snapshot, verdict: judge(snapshot), before: undefined, digest: () => `digest-of-${name}` })
    .record
}
