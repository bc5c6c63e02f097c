/** Does the cluster know the Gateway API, by which participants are reached from outside? */
import type { Check } from '../finding.ts'

const GROUP = 'gateway.networking.k8s.io'

export const gateway: Check = {
  name: 'gateway',
  run: async ({ inspection }) => {
    const versions = await inspection.versionsOf(GROUP)
    if (versions?.includes('v1') === true)
      return [{ result: 'ok', message: `the Gateway API is served (${versions.join(', ')})` }]
    return [
      {
        result: 'warn',
        message: `the Gateway API ${versions === undefined ? 'is not installed' : 'is served without v1'}: no participant can have an HTTPRoute`,
        next: 'install the standard CRDs of the Gateway API and a controller, unless participants are reached in another way',
      },
    ]
  },
}
