/** The rule for words that no other rule knows: shown, never judged. */
import { inContainers, nameOf, waitsSince } from './containers.ts'
import { type PodRule, timesFrom } from './sign.ts'
import { labelled, oneLine, withoutTransport } from './words.ts'

/** A container that is simply on its way. */
const ON_ITS_WAY: readonly string[] = ['', 'ContainerCreating', 'PodInitializing', 'CrashLoopBackOff']

/** Stands last: it speaks of whatever waits. */
export const otherWaiting: PodRule = {
  name: 'a container that waits for a reason nobody knows is shown at once and is never a verdict',
  signal: 'container waiting for any other reason',
  shown: 'at once',
  verdict: 'never',
  cause: 'ContainerStart',
  who: 'nobody yet',
  find: inContainers((context) => {
    const { waiting } = context.container
    if (waiting === undefined || ON_ITS_WAY.includes(waiting.reason)) return undefined
    const text = oneLine(withoutTransport(waiting.message), 300)
    return {
      reason: waiting.reason,
      message: `${nameOf(context)} waits: ${labelled(waiting.reason, text)}`,
      ...timesFrom(waitsSince(context), { shownAfterMs: 0, verdictAfterMs: undefined }, context.nowMs),
    }
  }),
}
