/** Asks for many participants at once through the HTTP API, as callers in a hurry would. */
import { Agent, request } from 'undici'
import { mapBounded } from '../src/reconcile/bounded.ts'

export interface Posted {
  readonly name: string
  /** From the request until its answer was read. */
  readonly ms: number
  /** Kinds of the objects that the answer promises, each as often as there are objects of it. */
  readonly kinds: readonly string[]
}

/** So many requests at a time, each on a connection of its own. */
export async function postAll(
  { url }: { readonly url: string },
  names: readonly string[],
  atATime: number,
): Promise<readonly Posted[]> {
  await using stack = new AsyncDisposableStack()
  const dispatcher = stack.adopt(new Agent({ connections: atATime }), (agent) => agent.close())
  return await mapBounded(names, atATime, async (name) => {
    const startedAt = performance.now()
    const { statusCode, body } = await request(`${url}/api/v1/resources`, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ participantName: name, did: `did:web:${name}.example` }),
    })
    const answer = (await body.json()) as Record<string, string>
    const ms = performance.now() - startedAt
    if (statusCode !== 200) throw new Error(`POST ${name}: ${statusCode} ${JSON.stringify(answer)}`)
    return { name, ms, kinds: Object.values(answer) }
  })
}
