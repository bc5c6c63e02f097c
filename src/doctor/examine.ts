/** Goes through the checks: the first tells whether the API server answers at all, the others are made at the same time. */
import { hasReason } from '../kube/errors.ts'
import { gateway } from './checks/gateway.ts'
import { issuers } from './checks/issuers.ts'
import { podSecurity, quota } from './checks/own-namespace.ts'
import { resource } from './checks/resource.ts'
import { rights } from './checks/rights.ts'
import { server } from './checks/server.ts'
import { serviceProxy } from './checks/service-proxy.ts'
import { storage } from './checks/storage.ts'
import { type Check, type Finding, INSTALL, type Patient } from './finding.ts'

const CHECKS: readonly Check[] = [
  resource,
  rights,
  storage,
  gateway,
  podSecurity,
  quota,
  issuers,
  serviceProxy,
]

/** In the order of the checks. Never throws for what the API server does. */
export async function examine(patient: Patient): Promise<readonly Finding[]> {
  const first = await made(server, patient)
  if (first.some(({ message }) => message.startsWith(NO_ANSWER))) return first
  const others = await Promise.all(CHECKS.map(async (check) => await made(check, patient)))
  return [...first, ...others.flat()]
}

const NO_ANSWER = 'the API server cannot be asked'

async function made(check: Check, patient: Patient): Promise<readonly Finding[]> {
  const findings = await check.run(patient).catch((error: unknown) => [failure(check, error)])
  return findings.map((finding) => ({ check: check.name, ...finding }))
}

/** The right that a check itself lacks is told by the check of rights: here it is no more than something unknown. */
function failure({ name }: Check, error: unknown): Omit<Finding, 'check'> {
  const message = error instanceof Error ? error.message : String(error)
  if (hasReason(error, 'Forbidden'))
    return {
      result: 'warn',
      message: `not known, for this account may not look: ${message}`,
      next: `${INSTALL}, or ask again with an account that may`,
    }
  if (hasReason(error, 'Unauthorized'))
    return {
      result: 'fail',
      message: `${NO_ANSWER}: it refused the credentials`,
      next: 'renew the credentials of the kubeconfig',
    }
  return {
    result: 'fail',
    message: name === server.name ? `${NO_ANSWER}: ${message}` : message,
    next: 'check that the API server is up and can be reached from here, then ask again',
  }
}
