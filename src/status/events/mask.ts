/** Takes secrets, registry users and line breaks out of texts that others wrote and we pass on through an API. */

/** As long as an event's text may be by the API of events.k8s.io. */
const LONGEST = 1024
/** More than this is not even looked at: what is told is {@link LONGEST} at most. */
const LOOKED_AT = 8 * LONGEST
const MASK = '***'

interface Secret {
  readonly name: string
  readonly pattern: RegExp
  /** As for `String.replace`. */
  readonly shown: string
}

/** A value that is masked already stays as it is, with what follows it. */
const NOT_MASKED = String.raw`(?!\*{3})`
/** The value of a `key=value`, quoted or not. */
const VALUE = String.raw`${NOT_MASKED}(?:"[^"]*"|'[^']*'|[^\s,;&"')\]}]+)`
/** Words that end the name of something secret. */
const SECRET_KEY =
  '(?:pass(?:word|wd|phrase)|pwd|secret|token|(?:api|access|account|private|secret)[-_]?key|signature|sig|credentials?)'

/** In order: what is recognised by its surroundings first, then what is recognised by its own look. */
const SECRETS: readonly Secret[] = [
  {
    name: 'a private key',
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gu,
    shown: MASK,
  },
  {
    name: 'the user, and the token of the pull, that a registry names with its rate limit',
    pattern:
      /(pull rate limit as )(?!\*{3})(?:"[^"]*"|'[^']*'|[^\s:'"]*[^\s:'".])(?:: (?:dckr_[\w=-]+|[\w-]{16,}=*))?/giu,
    shown: `$1${MASK}`,
  },
  {
    name: 'user and password of a URL',
    pattern: /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@"']+@/giu,
    shown: `$1${MASK}@`,
  },
  {
    name: 'a password with slashes in a URL; a port and a digest are none',
    pattern: /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:"'[]*:(?!\d+\/)[^\s@"']+@(?!sha\d)/giu,
    shown: `$1${MASK}@`,
  },
  {
    name: 'a bearer token, which a challenge ("Bearer realm=…") is not',
    pattern: /\b(bearer\s+)(?!realm=|error=|scope=|auth|challenge|credential|token\b)[\w.~+/-]{6,}=*/giu,
    shown: `$1${MASK}`,
  },
  {
    name: 'user and password of basic authentication',
    pattern: /\b([Bb]asic\s+)(?=[a-z]*[A-Z0-9+/=])[A-Za-z0-9+/]{6,}={0,2}/gu,
    shown: `$1${MASK}`,
  },
  {
    name: 'the value of an Authorization header',
    pattern: /(\bAuthorization["']?\s*[:=]\s*["']?)(?![Bb]earer\b|[Bb]asic\b|\*{3})[^\s,"']+/gu,
    shown: `$1${MASK}`,
  },
  {
    name: 'the value of password=, token=, …',
    pattern: new RegExp(String.raw`(${SECRET_KEY}\s?=\s?)${VALUE}`, 'giu'),
    shown: `$1${MASK}`,
  },
  {
    name: 'the value of "password": and the like in JSON',
    pattern: new RegExp(
      String.raw`(${SECRET_KEY}\\?["']\s?:\s?)${NOT_MASKED}(?:"[^"]*"?|'[^']*'?|\\"[^"]*"?|[^\s,}\]"']+)`,
      'giu',
    ),
    shown: `$1${MASK}`,
  },
  {
    name: 'the value of password:',
    pattern: new RegExp(String.raw`(pass(?:word|wd|phrase): ?)${VALUE}`, 'giu'),
    shown: `$1${MASK}`,
  },
  {
    name: 'the value of --password',
    pattern: new RegExp(String.raw`(--?${SECRET_KEY} )${VALUE}`, 'giu'),
    shown: `$1${MASK}`,
  },
  { name: 'a JSON Web Token', pattern: /\beyJ[\w-]{5,}(?:\.[\w-]+){1,4}\.?/gu, shown: MASK },
  { name: 'the id of an AWS key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/gu, shown: MASK },
  {
    name: 'a token that bears the name of its issuer (Docker Hub, GitHub, GitLab, Vault, Slack)',
    pattern: /\b(?:dckr_(?:pat|oat|jti)_|gh[opsur]_|github_pat_|glpat-|hv[sbr]\.|xox[abprs]-)[\w.=-]{8,}/gu,
    shown: MASK,
  },
]

/** Colours and the like of a terminal, as they get into termination messages. */
const TERMINAL_CODE = /\p{Cc}\[\d[\d;]*m/gu
/** Line breaks of all kinds, other control characters, and those that turn the direction of a text around. */
const NOT_IN_A_LINE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\s]+/gu

/**
 * One line of at most 1,024 characters, without what looks like a secret.
 *
 * Never throws; masking twice is the same as masking once. A text without secrets keeps its words.
 */
export function maskSecrets(text: string): string {
  let masked = toOneLine(shorten(text))
  for (const { pattern, shown } of SECRETS) masked = masked.replace(pattern, shown)
  return clip(masked)
}

function toOneLine(text: string): string {
  return text.replace(TERMINAL_CODE, '').replace(NOT_IN_A_LINE, ' ').trim()
}

/** At a space, because half a secret looks like none. */
function shorten(text: string): string {
  if (text.length <= LOOKED_AT) return text
  const cut = text.slice(0, LOOKED_AT)
  return `${cut.slice(0, cut.lastIndexOf(' ') + 1)}…`
}

function clip(text: string): string {
  if (text.length <= LONGEST) return text
  return `${text
    .slice(0, LONGEST - 1)
    .replace(/[\ud800-\udbff]$/u, '')
    .trimEnd()}…`
}
