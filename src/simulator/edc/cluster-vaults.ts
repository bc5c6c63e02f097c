/** The vaults of the participants of the built-in cluster: what lies on a volume stays as long as its claim, and each start is sealed. */
import { RESOURCES } from '../../model/kubernetes.ts'
import type { State } from '../state.ts'
import type { EdcAnswer, EdcRequest } from './answers.ts'
import { OpenBao, type OpenBaoOptions } from './openbao.ts'
import { runningBehind } from './running.ts'

interface Kept {
  readonly volume: string | undefined
  readonly server: OpenBao
  running: string
}

/** What a vault is at a moment. */
export interface RunningVault {
  /** uid of the claim of its volume. */
  readonly volume: string | undefined
  /** Names what runs: another pod, or another start of its container, has another name. */
  readonly running: string
}

/** Vaults by participant: what lies on a volume stays as long as it, and each start is sealed. */
export class KeptVaults {
  readonly #options: OpenBaoOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: OpenBaoOptions) {
    this.#options = options
  }

  at(participant: string, { volume, running }: RunningVault): OpenBao {
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

  /** As it was seen last. */
  find(participant: string): OpenBao | undefined {
    return this.#kept.get(participant)?.server
  }
}

export class ClusterVaults {
  readonly #state: State
  readonly #kept: KeptVaults

  constructor(state: State, options: OpenBaoOptions) {
    this.#state = state
    this.#kept = new KeptVaults(options)
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
    return this.#kept.at(participant, { volume, running })
  }
}
