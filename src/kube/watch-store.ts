/** What a watch cache holds, and which changes follow from an event, a full state or a write of our own. No I/O. */
import { keyOf } from '../model/kubernetes.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import type { Log } from '../model/log.ts'
import type { Change } from './change-feed.ts'

/** All that is kept of an object: whole objects cost fifteen times the memory. */
interface Entry<T> {
  readonly uid: string
  readonly resourceVersion: string
  readonly object: T
}

export interface WatchStoreOptions<T> {
  /** Undefined: the object is not to be held. */
  readonly project: (object: KubeObject) => T | undefined
  readonly log: Log
}

/** A full state in the making; nobody sees it before {@link WatchStore.replace}. */
export type Replacement<T> = Map<string, Entry<T>>

export class WatchStore<T> {
  readonly #options: WatchStoreOptions<T>
  #entries: Replacement<T> = new Map()
  /** Keys held from a write of our own that the watch has not confirmed yet, with that write's resourceVersion. */
  readonly #noted = new Map<string, bigint>()
  #delivered = '0'
  #skipped = 0

  constructor(options: WatchStoreOptions<T>) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  /** Objects left out because their projection threw. */
  get skipped(): number {
    return this.#skipped
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.object
  }

  *entries(): IterableIterator<[string, T]> {
    for (const [key, entry] of this.#entries) yield [key, entry.object]
  }

  /** The watch says: this object was added or modified. */
  put(object: KubeObject): readonly Change<T>[] {
    this.reached(object.metadata.resourceVersion)
    const key = keyOf(object)
    if (this.#isBehindNote(key, object)) return []
    this.#noted.delete(key)
    return this.#set(key, object)
  }

  /** The watch says: this object is gone. */
  remove(object: KubeObject): readonly Change<T>[] {
    this.reached(object.metadata.resourceVersion)
    const key = keyOf(object)
    const held = this.#entries.get(key)
    if (held === undefined) return []
    // An older namesake is gone; the noted one lives.
    if (held.uid !== object.metadata.uid && this.#isBehindNote(key, object)) return []
    this.#noted.delete(key)
    this.#entries.delete(key)
    return changesOf(key, held, undefined)
  }

  /** The watch has delivered everything up to here. */
  reached(resourceVersion: string | undefined): void {
    this.#delivered = resourceVersion ?? this.#delivered
  }

  /**
   * Takes the result of a write of our own ahead of the watch.
   *
   * Ignored unless newer than all the watch has delivered: what is older has come already, or was deleted since.
   * resourceVersions of one kind compare as integers (KEP-5504); one that is none is ignored.
   */
  note(object: KubeObject): readonly Change<T>[] {
    const version = versionOf(object.metadata.resourceVersion)
    if (version === undefined || !isNewer(version, this.#delivered)) return []
    const key = keyOf(object)
    const held = this.#entries.get(key)
    if (held !== undefined && !isNewer(version, held.resourceVersion)) return []
    const changes = this.#set(key, object)
    if (this.#entries.get(key)?.resourceVersion === object.metadata.resourceVersion)
      this.#noted.set(key, version)
    return changes
  }

  /** Adds an object to a full state in the making. What did not change since is not projected again. */
  stage(replacement: Replacement<T>, object: KubeObject): void {
    const key = keyOf(object)
    const entry = this.#entryOf(object, this.#entries.get(key))
    if (entry === undefined) replacement.delete(key)
    else replacement.set(key, entry)
  }

  unstage(replacement: Replacement<T>, object: KubeObject): void {
    replacement.delete(keyOf(object))
  }

  /**
   * Swaps a full state in, as of this resourceVersion, and tells what that changed, key by key: nothing for most after
   * a relist. Deletions come first, so that what replaces them finds room. The changes are worked out while they are
   * read, which must be done before the store is changed again.
   */
  replace(replacement: Replacement<T>, resourceVersion: string): Iterable<readonly Change<T>[]> {
    this.#keepNewerNotes(replacement, resourceVersion)
    const old = this.#entries
    this.#entries = replacement
    this.#delivered = resourceVersion
    return changesBetween(old, replacement)
  }

  #keepNewerNotes(replacement: Replacement<T>, resourceVersion: string): void {
    for (const [key, version] of this.#noted) {
      const held = this.#entries.get(key)
      if (held !== undefined && isNewer(version, resourceVersion)) replacement.set(key, held)
      else this.#noted.delete(key)
    }
  }

  #isBehindNote(key: string, object: KubeObject): boolean {
    const noted = this.#noted.get(key)
    return noted !== undefined && (versionOf(object.metadata.resourceVersion) ?? noted) < noted
  }

  #set(key: string, object: KubeObject): readonly Change<T>[] {
    const previous = this.#entries.get(key)
    const entry = this.#entryOf(object, previous)
    if (entry === undefined) this.#entries.delete(key)
    else this.#entries.set(key, entry)
    return changesOf(key, previous, entry)
  }

  /** The previous entry when nothing changed or the projection threw; undefined when nothing can, or is to, be held. */
  #entryOf(object: KubeObject, previous: Entry<T> | undefined): Entry<T> | undefined {
    const { uid = '', resourceVersion = '' } = object.metadata
    const known = previous?.uid === uid ? previous : undefined
    if (known?.resourceVersion === resourceVersion) return known
    try {
      const projected = this.#options.project(object)
      return projected === undefined ? undefined : { uid, resourceVersion, object: projected }
    } catch (error) {
      this.#skipped += 1
      this.#options.log.error(
        { err: error, kind: object.kind, key: keyOf(object) },
        'an object could not be read',
      )
      return known
    }
  }
}

function* changesBetween<T>(old: Replacement<T>, current: Replacement<T>): Generator<readonly Change<T>[]> {
  for (const [key, entry] of old) yield current.has(key) ? [] : changesOf(key, entry, undefined)
  for (const [key, entry] of current) yield changesOf(key, old.get(key), entry)
}

/** None, one, or two when another object has taken the key. */
function changesOf<T>(
  key: string,
  previous: Entry<T> | undefined,
  entry: Entry<T> | undefined,
): readonly Change<T>[] {
  if (previous === entry) return []
  if (previous !== undefined && entry !== undefined && previous.uid === entry.uid)
    return [{ type: 'updated', key, object: entry.object, previous: previous.object }]
  const changes: Change<T>[] = []
  if (previous !== undefined) changes.push({ type: 'deleted', key, previous: previous.object })
  if (entry !== undefined) changes.push({ type: 'added', key, object: entry.object })
  return changes
}

function versionOf(resourceVersion: string | undefined): bigint | undefined {
  return resourceVersion !== undefined && /^\d+$/u.test(resourceVersion) ? BigInt(resourceVersion) : undefined
}

/** False also when the other one is no number. */
function isNewer(version: bigint, than: string): boolean {
  const other = versionOf(than)
  return other !== undefined && version > other
}
