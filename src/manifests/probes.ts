/** The three probes of a container: has it started, can it take traffic, is it alive. */
import type { Container, Probe } from 'kubernetes-types/core/v1.d.ts'

export type Probes = Required<Pick<Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'>>
type Check = Pick<Probe, 'exec' | 'httpGet'>

export interface Checks {
  readonly startup: Check
  readonly readiness: Check
  readonly liveness: Check
  /** How long a start may take before the container is killed and started anew. */
  readonly startWithinSeconds: number
}

const STARTUP_PERIOD_SECONDS = 5

export function probesOf({ startup, readiness, liveness, startWithinSeconds }: Checks): Probes {
  return {
    startupProbe: {
      ...startup,
      periodSeconds: STARTUP_PERIOD_SECONDS,
      timeoutSeconds: 5,
      failureThreshold: Math.ceil(startWithinSeconds / STARTUP_PERIOD_SECONDS),
    },
    readinessProbe: { ...readiness, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
    // Slower than readiness: a busy container is first taken out of the traffic and only much later killed.
    livenessProbe: { ...liveness, periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 4 },
  }
}

/** `port` is the name of a container port. */
export function httpCheck(port: string, path: string): Check {
  return { httpGet: { path, port } }
}

export function execCheck(command: readonly string[]): Check {
  return { exec: { command: [...command] } }
}
