/** Lets other passes run while one waits for EDC. */
import type { WorkQueue } from '../../kube/work-queue.ts'
import type { Seeding } from './seeding.ts'

/** The same for one participant: its calls take no place in the queue. How many of them there are is limited by the guard. */
export function seedingAside<S extends Seeding | undefined>(
  seeding: S,
  queue: Pick<WorkQueue, 'aside'>,
  participant: string,
): S {
  if (seeding === undefined) return seeding
  const { guard } = seeding.shared
  const aside: typeof guard = { through: (call) => queue.aside(participant, () => guard.through(call)) }
  return { ...seeding, shared: { ...seeding.shared, guard: aside } }
}
