/** A real Kubernetes API server for the integration suite (test/cluster). */
import { suitableGo } from '../cluster/build.ts'
import { type RealCluster, startControlPlane } from '../cluster/control-plane.ts'

export type { RealCluster } from '../cluster/control-plane.ts'

/** Builds the cluster if it was not yet (minutes, with a line on stderr), then starts one of its own in seconds. */
export function realCluster(): Promise<RealCluster & AsyncDisposable> {
  return startControlPlane({ log: (line) => process.stderr.write(`real cluster: ${line}\n`) })
}

/** The version of Go if it can build the cluster (1.26 or newer), else undefined. */
export function goAvailable(): string | undefined {
  return suitableGo()
}

/** For `skip` of tests that need the cluster: a line that says why, or false. With CI set they fail instead of being left out. */
export function skipWithoutGo(): string | false {
  if (goAvailable() !== undefined || process.env['CI'] !== undefined) return false
  return 'a real API server is built with Go 1.26 or newer, and there is none'
}
