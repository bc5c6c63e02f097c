/** Do the issuers of the CONFIG file answer, and take our keys? */
import type { IssuerQuestion, IssuerTrouble } from '../../issuer-questions.ts'
import type { Check, Finding } from '../finding.ts'

/** Each is asked for a holder that it cannot have. */
export const issuers: Check = {
  name: 'issuers',
  run: async ({ seeding }) => {
    if (seeding === undefined)
      return [{ result: 'ok', message: 'none is needed: no profile has edc in the CONFIG file' }]
    return await Promise.all(seeding.issuers.map(asked))
  },
}

async function asked({ did, address, ask }: IssuerQuestion): Promise<Omit<Finding, 'check'>> {
  const trouble = await ask()
  if (trouble === undefined)
    return { result: 'ok', message: `${did} answers at ${address} and takes our key` }
  return {
    result: 'fail',
    message: `${trouble.message} (asked at ${address})`,
    next: nextFor(trouble, did),
  }
}

function nextFor({ kind }: IssuerTrouble, did: string): string {
  if (kind === 'no-key')
    return `create that Secret with the key of the admin API of ${did}, or name another in the CONFIG file`
  if (kind === 'unauthorised')
    return `ask whoever runs ${did} for the key of its admin API, and put it where the CONFIG file says`
  if (kind === 'unreachable' || kind === 'failed')
    return `ask whoever runs ${did} whether it is well; check its address in the CONFIG file, and the network from here`
  return `check address (with its path), contextId and generation of ${did} in the CONFIG file`
}
