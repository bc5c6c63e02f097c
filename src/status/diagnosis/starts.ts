/** Rules about containers that the kubelet or the runtime cannot create or start (status reference §4.1). */
import type { ObservedContainer } from '../../model/observed.ts'
import { eventsOf, inContainers, nameOf, troubledSince } from './containers.ts'
import { lastEndOf, loops, restartsText, startFailed } from './endings.ts'
import { type ContainerContext, type PodRule, type Sign, timesFrom } from './sign.ts'
import { labelled, oneLine, withoutTransport } from './words.ts'

const CREATE_MS = 15_000
/** The runtime ends with 128 what it could not even begin: most often trouble of the node. */
const NODE_TROUBLE_EXIT_CODE = 128
const NODE_TROUBLE_MS = 120_000

const SYNCING = /failed to sync .*cache/iu
/** `secret "x" not found`, `couldn't find key a in ConfigMap n/x`, `references non-existent secret key: a`. */
export const MISSING_OBJECT =
  /(?:secret|configmap|serviceaccount)s? "?[^"\s]*"? not found|couldn't find key|non-existent (?:secret|config)/iu

export const configSyncing: PodRule = {
  name: 'a Secret or ConfigMap that the node has not synced yet never fails a component',
  signal: 'container waiting: `CreateContainerConfigError` with failed to sync … cache',
  shown: 'at once',
  verdict: 'never',
  cause: 'ConfigMissing',
  who: 'nobody yet',
  find: inContainers((context) => {
    const { container, nowMs } = context
    if (container.waiting === undefined || !SYNCING.test(container.waiting.message)) return undefined
    return {
      ...waitingSign(context, 'waits for its configuration'),
      ...timesFrom(undefined, { shownAfterMs: 0, verdictAfterMs: undefined }, nowMs),
    }
  }),
}

export const configMissing: PodRule = {
  name: 'a container whose Secret, ConfigMap or key is missing fails the component after 15 s',
  signal: 'container waiting: `CreateContainerConfigError` that names a missing object or key',
  shown: 'at once',
  verdict: 'Failed after 15 s',
  cause: 'ConfigMissing',
  find: inContainers((context) =>
    isCreating(context) && namesMissing(context) ? createSign(context, 'cannot be configured') : undefined,
  ),
}

export const containerNotCreated: PodRule = {
  name: 'a container that cannot be created fails the component after 15 s',
  signal: 'container waiting: `CreateContainerError`, `CreateContainerConfigError` for another reason',
  shown: 'at once',
  verdict: 'Failed after 15 s',
  cause: 'ContainerStart',
  find: inContainers((context) =>
    isCreating(context) && !namesMissing(context) ? createSign(context, 'cannot be created') : undefined,
  ),
}

export const containerNotStarted: PodRule = {
  name: 'a container that the runtime cannot start fails the component at once, after 2 min when it ended with 128',
  signal: 'container waiting or terminated: `RunContainerError`, `StartError`, `ContainerCannotRun`',
  shown: 'at once',
  verdict: 'Failed at once, with exit code 128 after 2 min or the second restart',
  cause: 'ContainerStart',
  find: inContainers((context) => (startFailed(context) ? startSign(context) : undefined)),
}

function startSign(context: ContainerContext): Sign {
  const { container, nowMs } = context
  const { reason, text } = refusalOf(container)
  const patient = lastEndOf(container)?.exitCode === NODE_TROUBLE_EXIT_CODE && !loops(container)
  const graces = { shownAfterMs: 0, verdictAfterMs: patient ? NODE_TROUBLE_MS : 0 }
  const trouble = `${nameOf(context)} cannot start${restartsText(container.restarts)}`
  return {
    reason,
    message: labelled(trouble, oneLine(withoutRuntime(text), 300)),
    ...timesFrom(troubledSince(context, failuresOf(context)), graces, nowMs),
  }
}

/** Without the layers of the runtime: what the container could not do stands in the last of them. */
function withoutRuntime(text: string): string {
  const layers = /^.*unable to start container process: (?:error during container init: )?/su
  return withoutTransport(text).replace(layers, '')
}

/** While it backs off, how it ended last tells more than that it waits. */
function refusalOf(container: ObservedContainer): { readonly reason: string; readonly text: string } {
  const { waiting } = container
  const end = lastEndOf(container)
  if (waiting === undefined) return { reason: end?.reason ?? '', text: end?.message ?? '' }
  const backingOff = waiting.reason === 'CrashLoopBackOff' && end !== undefined
  return { reason: waiting.reason, text: backingOff ? end.message : waiting.message }
}

/** The kubelet's words for steps between the image and the start. */
const CREATING: readonly string[] = [
  'CreateContainerConfigError',
  'CreateContainerError',
  'PreCreateHookError',
  'PreStartHookError',
  'PostStartHookError',
]

function isCreating({ container: { waiting } }: ContainerContext): boolean {
  return waiting !== undefined && CREATING.includes(waiting.reason) && !SYNCING.test(waiting.message)
}

function namesMissing({ container }: ContainerContext): boolean {
  return MISSING_OBJECT.test(container.waiting?.message ?? '')
}

function createSign(context: ContainerContext, trouble: string): Sign {
  const graces = { shownAfterMs: 0, verdictAfterMs: CREATE_MS }
  return {
    ...waitingSign(context, trouble),
    ...timesFrom(troubledSince(context, failuresOf(context)), graces, context.nowMs),
  }
}

function waitingSign(context: ContainerContext, trouble: string): Pick<Sign, 'reason' | 'message'> {
  const { reason = '', message = '' } = context.container.waiting ?? {}
  return {
    // A condition must have one.
    reason: reason === '' ? 'ContainerCreating' : reason,
    message: labelled(`${nameOf(context)} ${trouble}`, oneLine(withoutTransport(message), 300)),
  }
}

/** Failures of pulls are another matter, and earlier. */
function failuresOf(context: ContainerContext): ReturnType<typeof eventsOf> {
  return eventsOf(context).filter(
    ({ reason, message }) => reason === 'Failed' && !/pull|ImagePullBackOff/iu.test(message),
  )
}
