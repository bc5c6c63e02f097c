/** Opens what the checks ask. */
import type { Config } from '../config/config.ts'
import { openIssuerQuestions } from '../issuer-questions.ts'
import { openInspection } from '../kube/inspection.ts'
import { openOneShot } from '../one-shot.ts'
import { goesThroughProxy, seedSettings } from '../seeding.ts'
import type { Patient } from './finding.ts'

/** Throws `CredentialsError`; nothing is sent yet. Disposing ends all connections, and the built-in cluster. */
export async function openPatient(config: Config, version: string): Promise<Patient & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const userAgent = `dataspace-provisioner/${version} (doctor)`
  const { kube, options, builtIn } = await openOneShot(stack, config.cluster, userAgent)
  const inspection = stack.use(openInspection(options))
  const { leadership, profiles } = config
  const settings = seedSettings(config, builtIn)
  const seeding = settings && {
    issuers: openIssuerQuestions(stack, settings, kube),
    byServiceProxy: goesThroughProxy(config),
  }
  const owned = stack.move()
  return {
    kube,
    inspection,
    cluster: builtIn === undefined ? options.credentials.describe() : 'the built-in cluster',
    namespace: leadership.kind === 'elected' ? leadership.namespace : undefined,
    profiles,
    ...(seeding && { seeding }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
