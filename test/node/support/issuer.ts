/** An issuer beside a node, and the configuration with which participants of the node are seeded by it. */
import { readFile } from 'node:fs/promises'
import { Agent, fetch as undiciFetch } from 'undici'
import { parse } from 'yaml'
import { DATASPACE_DOMAIN } from '../../cluster/node/files.ts'
import { type Issuer, ISSUER_CONTEXT, openIssuer } from '../../support/issuer/issuer.ts'
import type { TestNode } from './node.ts'

export const ISSUER_KEY = 'key-of-the-issuer'

/** Known to this machine and to pods by the address of this machine. Ends with the stack. */
export async function openIssuerBeside(node: TestNode, stack: AsyncDisposableStack): Promise<Issuer> {
  const { machine } = node.network
  const fetch = fetchThrough(stack, node)
  return stack.use(await openIssuer({ listenOn: machine, host: machine, adminKey: ISSUER_KEY, fetch }))
}

/** The profile of the node, seeded. `key` says where the program finds {@link ISSUER_KEY}. */
export async function seededConfig(node: TestNode, issuer: Issuer, key: object): Promise<string> {
  const { profiles } = parse(await readFile(node.config, 'utf8')) as { profiles: { default: object } }
  const settings = {
    did: issuer.did,
    address: issuer.adminUrl,
    contextId: ISSUER_CONTEXT,
    generation: 'edc-0.15',
    key,
    credential: { type: 'MembershipCredential', definition: 'MembershipCredential' },
  }
  const seeded = { ...profiles.default, edc: { generation: 'probe' } }
  return JSON.stringify({ issuers: [settings], profiles: { default: seeded } })
}

/** The names of participants lead to the gateway of the node. */
function fetchThrough(stack: AsyncDisposableStack, { network }: TestNode): typeof globalThis.fetch {
  const agent = new Agent({
    connect: {
      lookup: (hostname, _, found) => {
        const address = hostname.endsWith(`.${DATASPACE_DOMAIN}`) ? network.node : hostname
        found(null, [{ address, family: 4 }])
      },
    },
  })
  stack.defer(() => agent.close())
  return ((url: string, options: object) =>
    undiciFetch(url, { ...options, dispatcher: agent })) as unknown as typeof globalThis.fetch
}
