/** May this account do all that the program does? */
import { nameOfRight, type Right, RIGHTS, type Verb } from '../../install/rights.ts'
import { EVENTS_NAMESPACE } from '../../model/names.ts'
import { type Check, type Finding, INSTALL, type Patient } from '../finding.ts'

/** The API server is asked about every verb of every row of the table of rights. */
export const rights: Check = {
  name: 'rights',
  run: async (patient) => {
    const asked = RIGHTS.filter(({ where }) => where !== 'own' || patient.namespace !== undefined)
    const lacking = await Promise.all(
      asked.map(async (right) => ({ right, verbs: await lackingOf(right, patient) })),
    )
    const findings = lacking.flatMap(({ right, verbs }) => verbs.map((verb) => told(verb, right, patient)))
    if (findings.length > 0) return findings
    const count = asked.reduce((sum, { verbs }) => sum + verbs.length, 0)
    return [{ result: 'ok', message: `all ${count} that the program uses are granted` }]
  },
}

async function lackingOf(right: Right, { inspection, namespace }: Patient): Promise<readonly Verb[]> {
  const { verbs, where: _, ...object } = right
  const within = namespaceOf(right, namespace)
  const place = within === undefined ? {} : { namespace: within }
  const answers = await Promise.all(
    verbs.map(async (verb) => ({ verb, allowed: await inspection.mayI({ ...object, ...place, verb }) })),
  )
  return answers.filter(({ allowed }) => !allowed).map(({ verb }) => verb)
}

/** Undefined: in all. */
function namespaceOf({ where }: Right, own: string | undefined): string | undefined {
  return where === 'default' ? EVENTS_NAMESPACE : where === 'own' ? own : undefined
}

function told(verb: Verb, right: Right, { namespace }: Patient): Omit<Finding, 'check'> {
  const { name, need, purpose, resource } = right
  const only = name === undefined ? '' : ` "${name}"`
  const all = resource.namespaced ? ' in all namespaces' : ''
  const within = namespaceOf(right, namespace)
  const place = within === undefined ? all : ` in namespace "${within}"`
  return {
    result: need === 'work' ? 'fail' : 'warn',
    message: `${nameOfRight(verb, right)}${only}${place} is not allowed; needed to ${purpose}`,
    next: `${INSTALL} grants it to the account of deploy/; grant another account the rules of deploy/rbac.yaml`,
  }
}
