/** May this account reach the components of participants, where that goes through the API server? */
import { RESOURCES } from '../../model/kubernetes.ts'
import type { Check } from '../finding.ts'

const VERBS = ['get', 'create', 'update', 'delete'] as const

/** Only outside of the cluster, without an address of the operator's, and where participants are seeded. */
export const serviceProxy: Check = {
  name: 'service proxy',
  run: async ({ inspection, seeding }) => {
    if (seeding?.byServiceProxy !== true)
      return [{ result: 'ok', message: 'is not needed: nothing is asked of participants through it' }]
    const question = { resource: RESOURCES.Service, subresource: 'proxy' } as const
    const answers = await Promise.all(
      VERBS.map(async (verb) => ({ verb, allowed: await inspection.mayI({ ...question, verb }) })),
    )
    const lacking = answers.filter(({ allowed }) => !allowed).map(({ verb }) => verb)
    if (lacking.length === 0)
      return [{ result: 'ok', message: `this account may ${VERBS.join(', ')} services/proxy` }]
    return [
      {
        result: 'fail',
        message: `${lacking.join(', ')} services/proxy in all namespaces is not allowed; needed to seed participants from outside of the cluster`,
        next: 'grant it to this account (it reaches every Service), or run the program in the cluster, or give --participant-address',
      },
    ]
  },
}
