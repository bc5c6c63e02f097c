/** What the reconciler can do to an object. `repaired`: somebody else had changed what is ours. */

export const OBJECT_WRITES = ['created', 'changed', 'repaired', 'recreated', 'pruned'] as const
export type ObjectWrite = (typeof OBJECT_WRITES)[number]
