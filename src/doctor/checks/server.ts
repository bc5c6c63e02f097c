/** Is the API server new enough? */
import type { Check } from '../finding.ts'

/** The first with ValidatingAdmissionPolicy, which `deploy/fence.yaml` needs. */
const OLDEST_MINOR = 30

export const server: Check = {
  name: 'server',
  run: async ({ kube, cluster }) => {
    const { gitVersion } = await kube.version()
    const minor = Number(/^v1\.(?<minor>\d+)/u.exec(gitVersion)?.groups?.['minor'] ?? Number.NaN)
    const message = `Kubernetes ${gitVersion} at ${cluster}`
    if (minor >= OLDEST_MINOR) return [{ result: 'ok', message }]
    if (Number.isNaN(minor))
      return [
        {
          result: 'warn',
          message: `${message}, a version that is not known`,
          next: `check that it is as capable as Kubernetes 1.${OLDEST_MINOR}`,
        },
      ]
    return [
      {
        result: 'fail',
        message: `${message} is too old`,
        next: `upgrade the cluster: Kubernetes 1.${OLDEST_MINOR} is the oldest that is supported`,
      },
    ]
  },
}
