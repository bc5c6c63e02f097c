/** Revokes tokens that components used before they were given others, once no pod can use them any more. */
import { TOKENS_SECRET, VAULT_USERS } from '../../manifests/vault-access.ts'
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import { COMPONENT_LABEL } from '../../model/names.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { VaultRoot } from '../../vault/vault.ts'
import { done } from '../outcomes.ts'
import type { Seeding } from '../seeding/seeding.ts'
import type { ReconcileStep, Work } from '../work.ts'
import { outcomeOfVault, pauseMs } from './from-vault.ts'
import { currentTokens } from './furnish.ts'
import { readKeys } from './keys-record.ts'
import { vaultOf } from './vault-step.ts'

/** Sets no condition. Ends as the step `vault` does when the vault cannot be asked; never waits for pods. */
export function oldTokensStep(ways: Pick<Seeding, 'reach'>): ReconcileStep {
  return {
    name: 'old-tokens',
    run: async (work) => {
      const { record } = await readKeys(work)
      // The step before this one sees to it in the next pass.
      if (record.kind !== 'held') return done()
      try {
        return await retire(work, vaultOf(work, ways).as(record.rootToken))
      } catch (error) {
        return outcomeOfVault(error, { sealed: false, recheckMs: pauseMs(work) })
      }
    },
  }
}

async function retire(work: Work, root: VaultRoot): Promise<Outcome> {
  const old = await oldTokens(work, root)
  if (old.length === 0) return done()
  if (await arePodsOlder(work))
    return done('tokens of an earlier Secret are left until no pod is older than that Secret')
  for (const accessor of old) await root.revoke(accessor, work.signal)
  return done(`revoked ${old.length === 1 ? 'a token' : `${old.length} tokens`} that nobody uses any more`)
}

/** Accessors of tokens of ours that are not those of the Secret. */
async function oldTokens(work: Work, root: VaultRoot): Promise<readonly string[]> {
  const { signal } = work
  const current = new Set((await currentTokens(work, root)).map(({ accessor }) => accessor))
  const others = (await root.accessors(signal)).filter((accessor) => !current.has(accessor))
  const found: string[] = []
  for (const accessor of others) {
    const owner = (await root.tokenAt(accessor, signal))?.owner
    if (VAULT_USERS.some((user) => user === owner)) found.push(accessor)
  }
  return found
}

/** Than the last write to the Secret, by the API server's clock: such a pod may hold the tokens before. */
async function arePodsOlder({ kube, name: namespace, signal }: Work): Promise<boolean> {
  const secret = await kube.get<KubeObject>(RESOURCES.Secret, { namespace, name: TOKENS_SECRET }, { signal })
  const { items } = await kube.list<KubeObject>(RESOURCES.Pod, { namespace, signal })
  const written = lastWritten(secret)
  return items
    .filter(({ metadata }) => VAULT_USERS.some((user) => user === metadata.labels?.[COMPONENT_LABEL]))
    .some(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '') < written)
}

type Managed = KubeObject['metadata'] & { readonly managedFields?: readonly { readonly time?: string }[] }

function lastWritten(secret: KubeObject | undefined): number {
  if (secret === undefined) return Number.POSITIVE_INFINITY
  const { creationTimestamp = '', managedFields = [] }: Managed = secret.metadata
  return Math.max(
    ...[creationTimestamp, ...managedFields.map(({ time }) => time ?? '')].map(
      (time) => Date.parse(time) || 0,
    ),
  )
}
