/** The vaults of the participants of the built-in cluster: what lies on a volume stays as long as its claim, and each start is sealed. */
import { RESOURCES } from '../../model/kubernetes.ts'
import type { State } from '../state.ts'
import type { EdcAnswer, EdcRequest } from './answers.ts'
import { OpenBao, type OpenBaoOptions } from './openbao.ts'
import { runningBehind } from './running.ts'

interface Kept {
  /** uid of the claim of its volume. */
  readonly volume: string | undefined
  readonly server: OpenBao
  /** What runs. */
  running: string
}

export class ClusterVaults {
  readonly #state: State
  readonly #options: OpenBaoOptions
  readonly #kept = new Map<string, Kept>()

  constructor(state: State, options: OpenBaoOptions) {
    this.#state = state
    this.#options = options
  }

  /** Undefined: nothing listens there. */
  answer(participant: string, request: EdcRequest): EdcAnswer | undefined {
    return this.of(participant)?.answer(request)
  }

  /** Whether it is open to whoever has this token. */
  opens(participant: string, token: string): boolean {
    return this.of(participant)?.knows(token) ?? false
  }

  /** The one that runs now; undefined when none does. */
  of(participant: string): OpenBao | undefined {
    const running = runningBehind(this.#state, participant, 'vault')
    if (running === undefined) return undefined
    const claim = { namespace: participant, name: 'vault-data' }
    const volume = this.#state.get(RESOURCES.PersistentVolumeClaim, claim)?.metadata.uid
    const kept = this.#kept.get(participant)
    if (kept === undefined || kept.volume !== volume) {
      const server = new OpenBao(this.#options)
      this.#kept.set(participant, { volume, server, running })
      return server
    }
    if (kept.running !== running) kept.server.seal()
    kept.running = running
    return kept.server
  }
}
