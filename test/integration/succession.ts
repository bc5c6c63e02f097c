/** One process after the other on one cluster, behind one door: each is killed at a write, and the next takes over. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actOf } from '../../src/model/api-path.ts'
import { eventually } from '../support/eventually.ts'
import { type KubeProxy, openKubeProxy, type RecordedWrite, type Trap } from '../support/kube-proxy.ts'
import { CLUSTER_MS } from './participants.ts'
import { keepsakesOf, type Picture } from './picture.ts'
import { type ServiceProcess, startProcess } from './process.ts'
import type { OpenTestCluster, TestCluster } from './test-cluster.ts'

/** A moment to die at: which write, which time it is made in its stage (from 1), and which side of it. */
export interface Death extends Pick<Trap, 'when'> {
  readonly write: string
  readonly time: number
}

/** A part of a participant's life: somebody asks for it, and it comes to an end. */
export interface Stage {
  readonly name: string
  /** Rejects when there was no answer; whoever got none asks again. */
  readonly ask: (on: Succession) => Promise<unknown>
  readonly isOver: (on: Succession) => Promise<boolean>
}

export interface StageEnd {
  /** What was written through the door. */
  readonly writes: readonly RecordedWrite[]
  /** Present when the process was killed where it should: what could not have been made again, as it was then. */
  readonly keepsakes?: Picture
}

export class Succession implements AsyncDisposable {
  readonly cluster: TestCluster
  readonly door: KubeProxy
  readonly #settings: readonly string[]
  readonly #stack: AsyncDisposableStack
  #service: ServiceProcess | undefined

  private constructor(
    parts: Pick<Succession, 'cluster' | 'door'>,
    settings: readonly string[],
    stack: AsyncDisposableStack,
  ) {
    this.cluster = parts.cluster
    this.door = parts.door
    this.#settings = settings
    this.#stack = stack
  }

  /** The file is what the processes read their profiles from. */
  static async open(openCluster: OpenTestCluster, configuration: string): Promise<Succession> {
    await using stack = new AsyncDisposableStack()
    const cluster = stack.use(await openCluster())
    const door = stack.use(await openKubeProxy(cluster.kubeconfig))
    const folder = await mkdtemp(join(tmpdir(), 'succession-'))
    stack.defer(() => rm(folder, { recursive: true }))
    const file = join(folder, 'config.yaml')
    await writeFile(file, configuration)
    const settings = ['--leader-election', 'off', '--config', file]
    const opened = new Succession({ cluster, door }, settings, stack.move())
    await opened.#start()
    return opened
  }

  /** The process that runs now. */
  get service(): ServiceProcess {
    if (this.#service === undefined) throw new Error('no process runs')
    return this.#service
  }

  /** Brings a stage to its end, with a death on the way if one is given. */
  async live(stage: Stage, death?: Death): Promise<StageEnd> {
    const from = this.door.writes.length
    const keepsakes = await this.#begin(stage, death)
    await this.#until(`the end of the ${stage.name}`, () => stage.isOver(this))
    return { writes: this.door.writes.slice(from), ...(keepsakes && { keepsakes }) }
  }

  /** Nothing was written for a moment. */
  async rest(): Promise<void> {
    const { writes } = this.door
    await this.#until('rest', () => performance.now() - (writes.at(-1)?.atMs ?? 0) > 500)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service?.stop()
    await this.#stack.disposeAsync()
  }

  async #begin(stage: Stage, death: Death | undefined): Promise<Picture | undefined> {
    using trap = this.door.lay(trapFor(death))
    let answered = false
    const asked = stage.ask(this).then(
      () => (answered = true),
      () => false,
    )
    const comesOver = async (): Promise<boolean> => answered && (await stage.isOver(this))
    await this.#until(`the ${stage.name}`, async () => trap.sprung || (await comesOver()))
    if (!trap.sprung) return undefined
    await this.service.kill()
    const wasAnswered = await asked
    const keepsakes = await keepsakesOf(this.cluster.kube)
    await this.#start()
    if (!wasAnswered) await stage.ask(this)
    return keepsakes
  }

  async #start(): Promise<void> {
    this.#service = await startProcess({ kubeconfig: this.door.kubeconfig }, this.#settings)
  }

  async #until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
    await eventually(check, { what, withinMs: CLUSTER_MS })
  }
}

/** All the moments at which a process can die that makes these writes: right before and right after each. */
export function deathsAmong(writes: readonly RecordedWrite[]): readonly Death[] {
  const times = new Map<string, number>()
  return writes.flatMap((each) => {
    const write = nameOf(each)
    const time = (times.get(write) ?? 0) + 1
    times.set(write, time)
    return SIDES.map((when) => ({ write, time, when }))
  })
}

/** Of each verb on each kind by each field manager the first. */
export function firstOfEachKind(writes: readonly RecordedWrite[]): readonly Death[] {
  const kinds = new Map<string, RecordedWrite>()
  for (const write of writes) {
    const { verb, resource } = actOf(write)
    const kind = [verb, resource, write.manager].join(' ')
    if (!kinds.has(kind)) kinds.set(kind, write)
  }
  return [...kinds.values()].flatMap((each) =>
    SIDES.map((when) => ({ write: nameOf(each), time: 1, when }) as const),
  )
}

/**
 * What merely tells of something is told as often as there is news by the time it is written, so that one life has more
 * of it than another. The first status comes in each. An event need not: it is written a while after what it tells of,
 * which can be after the stage is over, and the same again is counted in the one before.
 */
export function mayNotCome({ write, time }: Death): boolean {
  return /^(?:create|patch) events /u.test(write) || (time > 1 && write.includes('/status '))
}

const SIDES = ['before', 'after'] as const

function trapFor(death: Death | undefined): Trap {
  if (death === undefined) return { catches: () => false, when: 'before' }
  let times = 0
  return {
    when: death.when,
    catches(write) {
      if (nameOf(write) === death.write) times += 1
      return times === death.time
    },
  }
}

/** Such as `create /api/v1/namespaces/acme/secrets postgres-credentials`; names of events are made up at the time. */
function nameOf(write: RecordedWrite): string {
  const { verb, resource } = actOf(write)
  if (resource === 'events') return [verb, resource, write.manager].join(' ')
  const name = verb === 'create' ? write.name : ''
  return [verb, write.path, name, write.manager].filter((part) => part !== '').join(' ')
}
