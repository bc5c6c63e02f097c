/** Keeps of an Ingress or HTTPRoute which hosts it is for, and whether anybody has taken it on. */
import type { KubeObject, ObjectMeta } from '../model/kubernetes.ts'
import type { ObservedRoute } from '../model/observed.ts'
import { maskSecrets } from './events/mask.ts'

/** Whatever is missing is empty, never an error; the message is empty once the route is accepted. */
export function projectRoute(object: KubeObject): ObservedRoute {
  const route: RawRoute = object
  const kind = textOf(route.kind)
  const fault = kind === 'Ingress' ? faultOfIngress(route) : faultOfHttpRoute(route)
  return {
    kind,
    namespace: textOf(route.metadata?.namespace),
    name: textOf(route.metadata?.name),
    hosts: hostsOf(route),
    accepted: fault === undefined,
    message: fault === undefined ? '' : maskSecrets(fault),
  }
}

type Maybe<T> = T | null | undefined
type Items<T> = Maybe<readonly Maybe<T>[]>

/** As it may stand in a dump: everything can be absent. */
interface RawRoute {
  readonly kind?: Maybe<string>
  readonly metadata?: Maybe<Partial<ObjectMeta>>
  readonly spec?: Maybe<{
    /** Of an Ingress. */
    readonly rules?: Items<{ readonly host?: Maybe<string> }>
    /** Of an HTTPRoute. */
    readonly hostnames?: Items<string>
    readonly parentRefs?: Items<RawParentRef>
  }>
  readonly status?: Maybe<{
    /** Of an Ingress. */
    readonly loadBalancer?: Maybe<{ readonly ingress?: Items<object> }>
    /** Of an HTTPRoute. */
    readonly parents?: Items<RawParent>
  }>
}

interface RawParentRef {
  readonly kind?: Maybe<string>
  readonly namespace?: Maybe<string>
  readonly name?: Maybe<string>
}

/** What one controller says of the route at one of its parents. */
interface RawParent {
  readonly parentRef?: Maybe<RawParentRef>
  readonly conditions?: Items<RawCondition>
}

interface RawCondition {
  readonly type?: Maybe<string>
  readonly status?: Maybe<string>
  readonly reason?: Maybe<string>
  readonly message?: Maybe<string>
}

/** An Ingress has no word for being accepted: the address that its controller publishes is the only sign. */
function faultOfIngress({ status }: RawRoute): string | undefined {
  return present(status?.loadBalancer?.ingress).length > 0
    ? undefined
    : 'no ingress controller has given it an address; many give none'
}

/** One parent that takes the route is enough to reach it. */
function faultOfHttpRoute({ metadata, spec, status }: RawRoute): string | undefined {
  const home = textOf(metadata?.namespace)
  const parents = present(status?.parents)
  const faults = parents.flatMap((parent) => faultAt(parent, home) ?? [])
  if (parents.length > faults.length) return undefined
  if (faults.length > 0) return each(faults).join('; ')
  const wanted = each(present(spec?.parentRefs).map((ref) => nameOf(ref, home)))
  return wanted.length === 0
    ? 'it names no gateway in spec.parentRefs'
    : `nobody has taken it on yet for ${wanted.join(', ')}`
}

/** Conditions that only say True are not needed: a controller that resolves nothing says so. */
function faultAt({ parentRef, conditions }: RawParent, home: string): string | undefined {
  const find = (type: string): RawCondition | undefined =>
    present(conditions).find((condition) => condition.type === type)
  const [accepted, resolved] = [find('Accepted'), find('ResolvedRefs')]
  const parent = nameOf(parentRef ?? {}, home)
  if (accepted?.status === 'False') return `${parent} does not accept it${because(accepted)}`
  if (accepted?.status !== 'True') return `${parent} has not accepted it yet${because(accepted)}`
  if (resolved?.status !== 'False') return undefined
  return `${parent} cannot resolve what it refers to${because(resolved)}`
}

/** Such as ` (NoMatchingParent): no listener has this port`. */
function because(condition: RawCondition | undefined): string {
  const [reason, message] = [textOf(condition?.reason), textOf(condition?.message)]
  return `${reason === '' ? '' : ` (${reason})`}${message === '' ? '' : `: ${message}`}`
}

/** `Gateway public`, with its namespace where that is another than the route's. */
function nameOf({ kind, namespace, name }: RawParentRef, home: string): string {
  const space = textOf(namespace)
  const elsewhere = space !== '' && space !== home
  return `${textOf(kind) || 'Gateway'} ${elsewhere ? `${space}/` : ''}${textOf(name) || '(without a name)'}`
}

/** Without hosts it is for all that its gateway or its controller serves. */
function hostsOf({ spec }: RawRoute): readonly string[] {
  const hosts = [...present(spec?.rules).map(({ host }) => textOf(host)), ...present(spec?.hostnames)]
  return each(hosts.filter((host) => host !== ''))
}

function present<T>(items: Items<T>): readonly T[] {
  return (items ?? []).flatMap((item) => item ?? [])
}

function each(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}

function textOf(text: Maybe<string>): string {
  return text ?? ''
}
