/** Lists the watches in `/readyz?verbose`, each with its lag. */
import type { WatchReading } from '../model/reading.ts'
import type { HealthCheck } from './health.ts'

/** One for each watch there is. A watch that only adds to verdicts never fails its check. */
export function watchChecks(read: () => readonly WatchReading[]): readonly HealthCheck[] {
  return read().map(({ resource, required }) => {
    const find = (): WatchReading | undefined => read().find((watch) => watch.resource === resource)
    return {
      name: `watch/${resource}`,
      ok: () => !required || find()?.synced === true,
      detail: () => describe(find()),
    }
  })
}

function describe(watch: WatchReading | undefined): string {
  const { lagMs, objects, synced = false, required = true } = watch ?? {}
  const parts = [
    ...(synced ? [] : [required ? 'not synced' : 'not synced, verdicts do without']),
    lagMs === undefined ? 'nothing heard yet' : `lag ${(lagMs / 1000).toFixed(1)} s`,
    ...(objects === undefined ? [] : [`${objects} objects`]),
  ]
  return parts.join(', ')
}
