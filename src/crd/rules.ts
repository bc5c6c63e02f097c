/**
 * Rules about a Participant that a schema cannot express: each in CEL, for the API server, and in TypeScript, for the
 * built-in cluster, which has no CEL. The CRD takes text and message from here, so the two stand side by side.
 */
import {
  ALWAYS_RESERVED,
  NAME_MAX_LENGTH,
  NAME_PATTERN,
  PARTICIPANT_LABEL,
  RESERVED_PREFIXES,
} from '../model/names.ts'

export interface Rule {
  /** CEL. One that mentions `oldSelf` is a transition rule: it is evaluated only when an object is updated. */
  readonly rule: string
  /** Says what is refused and why. */
  readonly message: string
  /** Field names joined by dots, from the root of the object; empty: the object itself. `self` is the value there. */
  readonly path: string
  /** The same decision. `old` is the value before an update; a transition rule holds without it. */
  readonly holds: (self: unknown, old?: unknown) => boolean
}

const namePattern = new RegExp(NAME_PATTERN, 'u')

export const RULES: readonly Rule[] = [
  {
    rule: `size(self.metadata.name) <= ${NAME_MAX_LENGTH}`,
    message: `metadata.name is too long: at most ${NAME_MAX_LENGTH} characters, because names made from it need room for a suffix`,
    path: '',
    holds: (self) => nameOf(self).length <= NAME_MAX_LENGTH,
  },
  {
    rule: `self.metadata.name.matches('${NAME_PATTERN}')`,
    message:
      'metadata.name must consist of a-z, 0-9 and "-", and start and end with a letter or digit, because it becomes the name of a namespace',
    path: '',
    holds: (self) => namePattern.test(nameOf(self)),
  },
  {
    rule: [
      `!(self.metadata.name in ${JSON.stringify(ALWAYS_RESERVED)})`,
      ...RESERVED_PREFIXES.map((prefix) => `!self.metadata.name.startsWith('${prefix}')`),
    ].join(' && '),
    message: `metadata.name is reserved: ${reservedText()} are namespaces of the platform, which a participant would take over; choose another name`,
    path: '',
    holds: (self) =>
      !ALWAYS_RESERVED.includes(nameOf(self)) &&
      !RESERVED_PREFIXES.some((prefix) => nameOf(self).startsWith(prefix)),
  },
  {
    rule: 'self == oldSelf',
    message:
      'spec.did is immutable: keys, credentials and contracts are bound to it; delete the participant and create it with the new DID',
    path: 'spec.did',
    holds: (self, old) => old === undefined || self === old,
  },
  {
    rule: 'self == oldSelf',
    message: `spec.mode is immutable: what was only observed carries no ${PARTICIPANT_LABEL} ownership and must never be taken over; delete the participant and create it in the other mode`,
    path: 'spec.mode',
    holds: (self, old) => old === undefined || self === old,
  },
]

function nameOf(self: unknown): string {
  const { metadata } = self as { readonly metadata: { readonly name: string } }
  return metadata.name
}

function reservedText(): string {
  return [...ALWAYS_RESERVED, ...RESERVED_PREFIXES.map((prefix) => `${prefix}*`)].join(', ')
}
