import type { Leadership } from '../../src/kube/leadership.ts'
/** One process that competes for a Lease, with writers that only tell what happens to them. */
import { openLeaseElection } from '../../src/kube/lease-election.ts'
import type { Term } from '../../src/kube/term.ts'
import type { LeaseCluster, LeaseConnection } from './lease-cluster.ts'
import { RecordedLog } from './recorded-log.ts'

/** Its clock is `Date.now`, to be faked. */
export class Competitor {
  readonly kube: LeaseConnection
  readonly log = new RecordedLog()
  readonly leadership: Leadership
  readonly terms: Term[] = []
  /** What happened to its writers, in order. */
  readonly story: string[] = []
  /** Writers of this process close when this resolves. */
  closing: Promise<void> = Promise.resolve()

  constructor(cluster: LeaseCluster, identity: string, refuse?: LeaseConnection['refuse']) {
    this.kube = cluster.connect()
    this.kube.refuse = refuse
    this.leadership = openLeaseElection({
      kube: this.kube,
      namespace: 'default',
      identity,
      now: Date.now,
      wallNow: Date.now,
      random: () => 0,
      log: this.log,
    })
    this.leadership.start((term) => {
      this.terms.push(term)
      this.story.push('opened')
      return {
        [Symbol.asyncDispose]: async () => {
          this.story.push('closing')
          await this.closing
          this.story.push('closed')
        },
      }
    })
  }

  get leads(): boolean {
    return this.leadership.reading().leader
  }

  /** As the writers ask before each write. */
  get mayWrite(): boolean {
    const term = this.terms.at(-1)
    try {
      term?.permit()
      return term !== undefined
    } catch {
      return false
    }
  }
}
