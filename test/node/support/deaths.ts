/** Kills the program at each kind of call that it makes to others than the API server, until a participant is READY. */
import { statusOf } from '../../integration/participants.ts'
import { eventually } from '../../support/eventually.ts'
import type { RecordedWrite, Trap } from '../../support/kube-proxy.ts'
import type { NodeDataspace } from './dataspace.ts'
import { restart } from './member.ts'
import { STARTED_WITHIN_MS } from './members.ts'

/** `before`: it never arrives. `after`: it is carried out and nobody hears of it. */
type Side = Trap['when']

const SIDES: readonly Side[] = ['before', 'after']
/** A third time with the hub, which forgets the wallet that nobody has heard of. */
const OF_WALLETS: readonly Side[] = ['before', 'after', 'after']
/** A question changes nothing, whichever side of it one dies on. */
const OF_QUESTIONS: readonly Side[] = ['after']

/** Which death is due at which call. Each call of a kind that is not over is one. */
class Agenda {
  readonly #times = new Map<string, number>()
  readonly died: string[] = []

  /** Undefined: it may live. */
  take(kind: string, only?: Side): Side | undefined {
    const time = this.#times.get(kind) ?? 0
    const side = sidesOf(kind)[time]
    if (side === undefined || (only !== undefined && side !== only)) return undefined
    this.#times.set(kind, time + 1)
    this.died.push(`${side} ${kind}`)
    return side
  }
}

/** Answers the deaths, such as `after POST identityhub:17081 /api/identity/v1alpha/participants`. */
export async function dieUntilReady(on: NodeDataspace, name: string): Promise<readonly string[]> {
  const agenda = new Agenda()
  let caughtAtIssuer = false
  on.issuer.onAdmin = async (call, when) => {
    if (agenda.take(`${call.replace(/ .*\/holders/u, ' issuer /holders')}`, when) === undefined) return
    caughtAtIssuer = true
    // Its caller is killed; nobody waits for an answer.
    await new Promise(() => undefined)
  }
  try {
    for (;;) {
      caughtAtIssuer = false
      using trap = on.door.lay(trapOf(agenda, name))
      const isReady = async (): Promise<boolean> => (await statusOf(on.service, name))?.status === 'READY'
      const end = await eventually(
        async () => (trap.sprung || caughtAtIssuer ? 'died' : (await isReady()) && 'ready'),
        { what: `a death or READY, after ${agenda.died.at(-1)}`, withinMs: STARTED_WITHIN_MS },
      )
      if (end === 'ready') return agenda.died
      await on.service.kill()
      if (
        agenda.died.filter((death) => death === LOST_WALLET).length === 2 &&
        agenda.died.at(-1) === LOST_WALLET
      )
        await restart(on.kube, name, 'identityhub')
      await on.restartService()
    }
  } finally {
    on.issuer.onAdmin = () => undefined
  }
}

const WALLETS = 'POST identityhub:17081 /api/identity/v1alpha/participants'
const LOST_WALLET = `after ${WALLETS}`

function sidesOf(kind: string): readonly Side[] {
  if (kind === WALLETS) return OF_WALLETS
  return kind.startsWith('GET ') ? OF_QUESTIONS : SIDES
}

/** Calls for other participants pass. */
function trapOf(agenda: Agenda, name: string): Trap {
  let when: Side = 'before'
  return {
    get when() {
      return when
    },
    catches(write) {
      const kind = write.path.includes(`/namespaces/${name}/`) ? kindOf(write) : undefined
      const side = kind === undefined ? undefined : agenda.take(kind)
      if (side !== undefined) when = side
      return side !== undefined
    },
  }
}

/** Such as `POST identityhub:17081 /api/identity/v1alpha/participants`; undefined for what is for no component. */
function kindOf({ method, path }: RecordedWrite): string | undefined {
  const [, service, rest = ''] = /\/services\/(?:http:)?([^/]+?)(?:\/|:)?\/proxy(\/.*)$/u.exec(path) ?? []
  if (service === undefined) return undefined
  const shape = rest.split('/').map((part) => (NAMES.test(part) ? ':id' : part))
  return `${method} ${service} ${shape.join('/')}`
}

/** Ids, and the names of what is made for each participant. */
const NAMES =
  /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|.*=+|(?:asset|members|require)-.*|.*(?:identityhub|controlplane|dataplane))$/u
