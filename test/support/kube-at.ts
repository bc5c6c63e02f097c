/** The real client for a scripted server, with short times and without real waits. */
import { type KubeOptions, openKube } from '../../src/kube/client.ts'
import { type Credentials, openCredentials } from '../../src/kube/credentials.ts'
import type { Kube } from '../../src/kube/kube.ts'
import type { CallReport } from '../../src/kube/transport.ts'
import { RecordedLog } from './recorded-log.ts'

export interface KubeAt extends AsyncDisposable {
  readonly kube: Kube
  /** What the client waited between attempts, in ms. */
  readonly waits: readonly number[]
  readonly reports: readonly CallReport[]
  readonly log: RecordedLog
}

export const CANARY_TOKEN = 'canary-token-5e8f'

export type KubeAtOptions = Partial<KubeOptions> & { readonly realWaits?: boolean }

/** At an address with {@link CANARY_TOKEN}, or with credentials. `random` is 0.5 unless given; waits end at once unless `delay` or `realWaits` is given. */
export async function openKubeAt(
  at: string | Credentials,
  { realWaits = false, ...options }: KubeAtOptions = {},
): Promise<KubeAt> {
  const waits: number[] = []
  const reports: CallReport[] = []
  const log = new RecordedLog()
  const kube = openKube({
    credentials: typeof at === 'string' ? await withToken(at) : at,
    userAgent: 'dataspace-provisioner/0.0.0-test',
    random: () => 0.5,
    log,
    ...(realWaits ? {} : { delay: async (ms) => void waits.push(ms) }),
    onCall: (report) => void reports.push(report),
    ...options,
  })
  return { kube, waits, reports, log, [Symbol.asyncDispose]: () => kube[Symbol.asyncDispose]() }
}

async function withToken(server: string): Promise<Credentials> {
  return openCredentials({ kind: 'direct', server, token: CANARY_TOKEN }, { now: () => performance.now() })
}
