/** A Secret that remembers what nobody can be asked for again: written over the version that was read, and over no other. */
import { metadataOf } from '../manifests/metadata.ts'
import { SpecError } from '../model/errors.ts'
import { type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { FIELD_MANAGER } from '../model/names.ts'
import type { ComponentName } from '../model/participant.ts'
import { foreignObject } from './converge.ts'
import { ownsObject } from './ownership.ts'
import { inputOf } from './wanted.ts'
import type { Work } from './work.ts'

/** Not among the objects that are wanted, so that nothing rewrites it; of Secrets nothing is pruned. */
export interface RecordName {
  readonly name: string
  readonly component: ComponentName
}

export interface SecretObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

/** Null takes a value away. */
export type RecordValues = Readonly<Record<string, string | null>>

/** Throws a `SpecError` when somebody else made a Secret of that name. */
export async function readRecord(work: Work, { name }: RecordName): Promise<SecretObject | undefined> {
  const { kube, name: namespace } = work
  const live = await kube.get<SecretObject>(RESOURCES.Secret, { namespace, name })
  if (live === undefined || ownsObject(work, live)) return live
  const { reason, message } = foreignObject(namespace, live)
  throw new SpecError(reason, message)
}

/**
 * Over `live`, or as a new one when there is none: rejects with a Conflict or AlreadyExists when that is not so any more.
 * Not ended by the end of the process's work, nor held back when the participant has changed since. Answers what is there now.
 */
export async function writeRecord(
  work: Work,
  record: RecordName & { readonly live: SecretObject | undefined },
  values: RecordValues,
): Promise<SecretObject> {
  const { records: kube, name: namespace } = work
  const { name, component, live } = record
  const manager = FIELD_MANAGER.reconcile
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value && encoded(value)]),
  )
  if (live === undefined) {
    const given = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null))
    const metadata = metadataOf(inputOf(work), component, name)
    const secret: SecretObject & { readonly type: string } = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      type: 'Opaque',
      data: given as Record<string, string>,
    }
    return await kube.create(secret, { manager })
  }
  const { uid, resourceVersion } = live.metadata
  const body = { metadata: { uid, resourceVersion }, data }
  return await kube.patch(RESOURCES.Secret, { namespace, name }, { type: 'merge', body, manager })
}

export function valueIn(secret: SecretObject | undefined, key: string): string | undefined {
  const coded = secret?.data?.[key]
  return coded === undefined ? undefined : Buffer.from(coded, 'base64').toString('utf8')
}

function encoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
