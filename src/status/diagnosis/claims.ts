/** Tells of a PersistentVolumeClaim which one it is, and why it has no volume. */
import type { ObservedClaim } from '../../model/observed.ts'
import { eventsAbout } from '../events/about.ts'
import type { PodContext } from './sign.ts'
import { labelled, oneLine, withoutTransport } from './words.ts'

/** `claim data (storage class fast)`. */
export function claimName({ name, storageClass }: ObservedClaim): string {
  return `claim ${name} (${storageClass === '' ? 'no storage class' : `storage class ${storageClass}`})`
}

export function pendingText(context: PodContext, claim: ObservedClaim): string {
  return labelled(`${claimName(claim)} is Pending`, provisionerText(context, claim))
}

/** What the provisioner said last, such as that the storage class does not exist; empty when it said nothing. */
export function provisionerText({ namespaceEvents }: PodContext, { name, uid }: ObservedClaim): string {
  const about = eventsAbout(namespaceEvents, { kind: 'PersistentVolumeClaim', name, uid })
  const warning = about.find(({ type }) => type === 'Warning')
  return oneLine(withoutTransport(warning?.message ?? ''), 300)
}
