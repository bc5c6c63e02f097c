/** What the suites on a node do with participants: as in the integration suites, with time for real containers. */
import type { Answer } from '../../../src/status/answer.ts'
import { DATASPACE_DOMAIN } from '../../cluster/node/files.ts'
import { create, type Reply, untilTold } from '../../integration/participants.ts'
import type { NodeDataspace } from './dataspace.ts'

/** Five containers, three of them with a JVM, on few cores. */
export const STARTED_WITHIN_MS = 300_000

/** Containers take up to half a minute to end, one after the other where the machine is busy. */
export const GONE_WITHIN_MS = 180_000

/** Where the gateway of the node leads to its identity hub. */
export const didOf = (name: string): string => `did:web:${name}.${DATASPACE_DOMAIN}`

export function createMember({ service }: Pick<NodeDataspace, 'service'>, name: string): Promise<Reply> {
  return create(service, name, {
    did: didOf(name),
    kubeHost: DATASPACE_DOMAIN,
  })
}

export function untilMember({ service }: NodeDataspace, name: string): Promise<Answer> {
  return untilTold(service, name, {
    what: 'READY',
    withinMs: STARTED_WITHIN_MS,
    holds: ({ status }) => status === 'READY',
  })
}
