/** What a participant left in the cluster, without what differs from one time to the next: times, uids, random values. */
import { KubeApiError } from '../../src/kube/errors.ts'
import type { Kube } from '../../src/kube/kube.ts'
import { type KubeObject, keyOf, type Resource, RESOURCES } from '../../src/model/kubernetes.ts'
import { FIELD_MANAGER, MANAGED_BY, MANAGED_BY_LABEL, PARTICIPANT_LABEL } from '../../src/model/names.ts'
import type { Participant } from '../../src/model/participant.ts'

/** By kind and key, what does not depend on when and by whom it was made. */
export type Picture = Readonly<Record<string, unknown>>

interface Shot extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly managedFields?: readonly FieldsOfOne[] }
  readonly data?: Readonly<Record<string, string>>
  readonly status?: unknown
}

interface FieldsOfOne {
  readonly manager: string
  readonly operation: string
  readonly subresource?: string
  readonly fieldsV1?: object
}

/** They come and go by themselves. */
const PASSING: ReadonlySet<string> = new Set([RESOURCES.Event.kind, RESOURCES.Lease.kind])

/**
 * All namespaces and Participants of the cluster, everything in the participant's namespace and everything with a label
 * of ours anywhere, but for what a controller made of it. A random value is shown by the place where it stands, wherever
 * else it stands too: so places that have to agree differ from one picture to the next when they do not.
 */
export async function pictureOf(kube: Kube, name: string): Promise<Picture> {
  const objects = (await everything(kube)).filter((object) => isInPicture(object, name))
  const owner = objects.find(({ kind, metadata }) => kind === 'Participant' && metadata.name === name)
  const uid = owner?.metadata.uid
  const chance = [...secretValues(objects), ...(uid === undefined ? [] : [[uid, '<uid>'] as const])]
  return Object.fromEntries(objects.map((object) => [labelOf(object), withoutChance(plain(object), chance)]))
}

/** What cannot be made again: Secrets of ours with their values, and claims of volumes. */
export async function keepsakesOf(kube: Kube): Promise<Picture> {
  const labelSelector = `${MANAGED_BY_LABEL}=${MANAGED_BY}`
  const kinds = [RESOURCES.Secret, RESOURCES.PersistentVolumeClaim]
  const lists = await Promise.all(kinds.map((kind) => kube.list<Shot>(kind, { labelSelector })))
  const objects = lists.flatMap(({ items }) => items)
  return Object.fromEntries(
    objects.map((object) => [labelOf(object), { uid: object.metadata.uid, data: object.data ?? {} }]),
  )
}

async function everything(kube: Kube): Promise<readonly Shot[]> {
  const kinds = Object.values<Resource>(RESOURCES).filter(({ kind }) => !PASSING.has(kind))
  const lists = await Promise.all(kinds.map(async (kind) => await listIfServed(kube, kind)))
  return lists.flat()
}

async function listIfServed(kube: Kube, kind: Resource): Promise<readonly Shot[]> {
  try {
    return (await kube.list<Shot>(kind)).items
  } catch (error) {
    if (error instanceof KubeApiError && error.code === 404) return []
    throw error
  }
}

function isInPicture({ kind, metadata }: Shot, name: string): boolean {
  if (kind === 'Namespace' || kind === 'Participant') return true
  if (metadata.ownerReferences?.some(({ controller }) => controller === true) === true) return false
  const { labels = {}, namespace } = metadata
  return namespace === name || PARTICIPANT_LABEL in labels || labels[MANAGED_BY_LABEL] === MANAGED_BY
}

function labelOf(object: Shot): string {
  return `${object.kind} ${keyOf(object)}`
}

/** Text → where it stands, longest first. Short ones and texts with spaces are no random values. */
function secretValues(objects: readonly Shot[]): readonly (readonly [string, string])[] {
  const values = objects
    .filter(({ kind }) => kind === 'Secret')
    .flatMap(({ metadata, data = {} }) =>
      Object.entries(data).map(([key, value]) => [decoded(value), `<${metadata.name}/${key}>`] as const),
    )
  return values
    .filter(([text]) => text.length >= 32 && !/\s/u.test(text))
    .toSorted(([one], [other]) => other.length - one.length)
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString()
}

function withoutChance(object: object, chance: readonly (readonly [string, string])[]): unknown {
  let text = JSON.stringify(object)
  for (const [value, place] of chance) text = text.replaceAll(value, place)
  return JSON.parse(text)
}

function plain(object: Shot): object {
  const { metadata, status, ...content } = object
  const { labels, annotations = {}, finalizers, generation, deletionTimestamp } = metadata
  return {
    ...withoutChoices(content),
    ...(object.kind === 'Secret' && { data: mapValues(object.data ?? {}, decoded) }),
    labels,
    annotations: Object.fromEntries(Object.entries(annotations).filter(([key]) => !isOfCluster(key))),
    finalizers,
    generation,
    deleting: deletionTimestamp !== undefined,
    owners: metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`),
    managers: (metadata.managedFields ?? []).map(fieldsOf).toSorted(),
    ...(object.kind === 'Participant' && { status: verdictOf(status as Participant['status']) }),
  }
}

/** What the cluster chooses among many. */
const CHOICES: ReadonlySet<string> = new Set(['volumeName', 'clusterIP', 'clusterIPs'])

function withoutChoices(content: object): object {
  return JSON.parse(
    JSON.stringify(content, (key, value: unknown) => (CHOICES.has(key) ? undefined : value)),
  ) as object
}

/** Such as the node that was chosen for a volume. */
function isOfCluster(annotation: string): boolean {
  return /(?:^|\.)(?:kubernetes|k8s)\.io\//u.test(annotation) && !annotation.startsWith('app.kubernetes.io/')
}

/** Which fields, only of what we want: what a status tells, and what the cluster has written by now, is up to the times. */
function fieldsOf({ manager, operation, subresource = '', fieldsV1 }: FieldsOfOne): string {
  const ours = Object.values<string>(FIELD_MANAGER).includes(manager) && subresource === ''
  return [manager, operation, subresource, ours ? JSON.stringify(sorted(fieldsV1)) : ''].join(' ')
}

/** What it says of the participant, but for how it came to that. */
function verdictOf({
  conditions = [],
  steps = [],
  components = [],
  ...status
}: Participant['status'] = {}): object {
  const { phase, reason, ready, observedGeneration, namespace, firstReadyTime } = status
  return {
    summary: { phase, reason, ready, observedGeneration, namespace, wasReady: firstReadyTime !== undefined },
    conditions: conditions.map(({ type, status: is, reason: why }) => `${type} ${is} ${why}`).toSorted(),
    steps: steps.map(({ name, state }) => `${name} ${state}`),
    components: components.map(({ name, status: is }) => `${name} ${is}`),
  }
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}

function mapValues(record: Readonly<Record<string, string>>, change: (value: string) => string): object {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
