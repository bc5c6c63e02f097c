/** Finds the events about one object. */
import type { ObservedEvent } from '../../model/observed.ts'
import { newestFirst } from './order.ts'

/** An object of the namespace. The uid is empty where it is not known, as in a dump written by hand. */
export interface Subject {
  readonly kind: string
  readonly name: string
  readonly uid: string
}

/**
 * By uid when both sides have one, because a pod of a StatefulSet bears the name of the one before it; else by kind and
 * name. Newest first.
 */
export function eventsAbout(events: readonly ObservedEvent[], subject: Subject): readonly ObservedEvent[] {
  return events.filter((event) => isAbout(event, subject)).toSorted(newestFirst)
}

function isAbout({ about }: ObservedEvent, { kind, name, uid }: Subject): boolean {
  if (about.uid !== '' && uid !== '') return about.uid === uid
  return about.kind === kind && about.name === name
}
