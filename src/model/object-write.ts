/** What the reconciler can do to an object. `repaired`: somebody else had changed what is ours. The last two: of Secrets. */

export const OBJECT_WRITES = [
  'created',
  'changed',
  'repaired',
  'recreated',
  'pruned',
  'rotated',
  'completed',
] as const
export type ObjectWrite = (typeof OBJECT_WRITES)[number]
