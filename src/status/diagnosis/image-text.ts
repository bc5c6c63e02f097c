/** Reads why an image could not be pulled out of what registries, runtimes and kubelets say, one inside the other. */
import { oneLine, withoutTransport } from './words.ts'

export interface PullFailure {
  /** Without the layers around it; empty when nothing is told. */
  readonly text: string
  /** Trying again does not help: the image is not there, or this node may not have it. */
  readonly permanent: boolean
}

/** What wraps the cause, from outside to inside; any number of times. */
const WRAPPERS: readonly RegExp[] = [
  /^back-off pulling image "[^"]*"(?:: |$)/iu,
  /^(?:ErrImagePull|ImagePullBackOff|ImageInspectError|RegistryUnavailable|SignatureValidationFailed)(?:: |$)/u,
  /^failed to pull (?:and unpack )?image "[^"]*": /iu,
  /^failed to (?:resolve reference|resolve image|copy|do request|inspect image) ?(?:"[^"]*")?: /iu,
  /^(?:unable to|failed to) (?:retrieve|pull|resolve) (?:\w+ )?"[^"]*": /iu,
  /^initializing source \S+: /iu,
  /^(?:reading manifest \S+ in|error pinging \w+ registry) \S+: /iu,
]

/** Said by a registry or network that may answer differently in a moment; asked first, as such texts are long. */
const PASSING =
  /too ?many ?requests|rate limit|time(?:d )?-?out|deadline exceeded|i\/o|\btls\b|x509|connection (?:refused|reset)|no such host|no route to host|network is unreachable|request canceled|server misbehaving|temporary failure|service unavailable|bad gateway|internal server error|unexpected eof|: eof$|status(?: code)?:? 5\d\d|\b5\d\d (?:internal|bad|service|gateway)/iu

const PERMANENT =
  /not found|manifest unknown|name unknown|does not exist|denied|unauthori[sz]ed|forbidden|no basic auth|authentication required|authorization failed|insufficient_scope|no (?:match|matching manifest|image found)[^:]* for|invalid reference|must be lowercase|signature/iu

/** `said` is a waiting container's message or an event's; `image` as the spec writes it. */
export function readPullFailure(said: string, image: string): PullFailure {
  const text = withoutRepetition(withoutImage(unwrap(oneLine(said, 4096)), image))
  // A name can contain anything, such as "timeout" or "429": it is no part of the judgement.
  const judged = text.replaceAll(/"[^"]*"|https?:\/\/\S+/gu, '').replaceAll(image === '' ? '""' : image, '')
  return { text: oneLine(text), permanent: !PASSING.test(judged) && PERMANENT.test(judged) }
}

function unwrap(said: string): string {
  let text = withoutTransport(said)
  for (;;) {
    const layer = WRAPPERS.find((wrapper) => wrapper.test(text))
    if (layer === undefined) return text
    text = withoutTransport(text.replace(layer, ''))
  }
}

/** `docker.io/library/x:1: not found` is `not found`: the message names the image already. */
function withoutImage(text: string, image: string): string {
  const [subject = '', ...rest] = text.split(': ')
  const names = [image, `${image}:latest`]
  const same = image !== '' && names.some((name) => subject === name || subject.endsWith(`/${name}`))
  return same && rest.length > 0 ? rest.join(': ') : text
}

/** `manifest unknown: manifest unknown` is said once. */
function withoutRepetition(text: string): string {
  const parts = text.split(': ')
  return parts.filter((part, index) => part !== parts[index - 1]).join(': ')
}
