/** The vault of one participant, opened by the product's own step; what that step keeps lies in a cluster of this process. */
import { openWeb } from '../../../src/edc/web.ts'
import { renderManifests } from '../../../src/manifests/manifests.ts'
import { claimName } from '../../../src/manifests/objects.ts'
import { renderSecrets } from '../../../src/manifests/secrets.ts'
import { TOKENS_SECRET, vaultToken } from '../../../src/manifests/vault-access.ts'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import type { Outcome } from '../../../src/model/outcome.ts'
import { SPEC_DEFAULTS } from '../../../src/model/participant.ts'
import { vaultStep } from '../../../src/reconcile/vault/vault-step.ts'
import type { Work } from '../../../src/reconcile/work.ts'
import { aParticipant } from '../../support/builders.ts'
import { eventually } from '../../support/eventually.ts'
import { openTestCluster } from '../../support/test-cluster.ts'
import { type LocalParticipant, manifestInputOf } from './environment.ts'
import type { Keys } from './participant.ts'

export interface OpenedVault extends AsyncDisposable {
  /** Runs the step until it is done: unseals what was sealed meanwhile. */
  open(): Promise<void>
  rootToken(): Promise<string>
}

export async function openVaultOf(
  participant: LocalParticipant,
  { tokens }: Pick<Keys, 'tokens'>,
  url: string,
): Promise<OpenedVault> {
  await using stack = new AsyncDisposableStack()
  const { kube } = stack.use(await openTestCluster())
  const web = stack.use(openWeb())
  const { name } = participant
  const input = manifestInputOf(participant)
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  const claim = renderManifests(input).storage.find(({ metadata }) => metadata.name === claimName('vault'))
  const secret = renderSecrets(input, () => '').find(({ metadata }) => metadata.name === TOKENS_SECRET)
  const values = Object.entries(tokens).map(([runtime, token]) => [
    vaultToken(runtime as keyof Keys['tokens']).key,
    token,
  ])
  await kube.create(claim as KubeObject)
  await kube.create({ ...secret, stringData: Object.fromEntries(values) } as unknown as KubeObject)
  const work = {
    kube,
    records: kube,
    name,
    uid: 'uid',
    participant: aParticipant({ metadata: { name, uid: 'uid' }, spec: { ...SPEC_DEFAULTS, ...input.spec } }),
    profiles: new Map([['default', input.profile]]),
    signal: new AbortController().signal,
    now: Date.now,
    tell: () => undefined,
    log: { warn: () => undefined },
  } as unknown as Work
  const step = vaultStep({ reach: () => web.to(new URL(url)) }, () => undefined)
  const owned = stack.move()
  return {
    async open() {
      let last: Outcome | undefined
      await eventually(async () => (last = await step.run(work)).kind === 'done', {
        what: 'the vault to be opened',
        withinMs: 60_000,
      }).catch((cause: unknown) => {
        throw new Error(`the vault was not opened: ${JSON.stringify(last)}`, { cause })
      })
    },
    async rootToken() {
      const kept = await kube.get<KubeObject & { readonly data?: Record<string, string> }>(RESOURCES.Secret, {
        namespace: name,
        name: 'vault-keys',
      })
      return Buffer.from(kept?.data?.['root-token'] ?? '', 'base64').toString('utf8')
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
