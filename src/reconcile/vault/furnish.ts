/** Sees to what the runtimes need in an open vault: a place for secrets, their rights, and their tokens. */
import { VAULT_USERS, vaultPolicy, vaultToken } from '../../manifests/vault-access.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { KnownToken, VaultRoot } from '../../vault/vault.ts'
import { stalled } from '../outcomes.ts'
import { keyIn } from '../seeding/seeding.ts'
import type { Work } from '../work.ts'

/** Undefined when all is in place. Only what is missing is written; a token has the id that its pod was given. */
export async function furnish(work: Work, root: VaultRoot): Promise<Outcome | undefined> {
  const { name, signal } = work
  if (!(await root.isKnown(signal))) return ROOT_REFUSED
  await root.ensureEngine(signal)
  for (const owner of VAULT_USERS) {
    await root.ensurePolicy(owner, vaultPolicy(owner, name), signal)
    const id = await keyIn(work, vaultToken(owner))
    if ((await root.findToken(id, signal)) === undefined) await root.createToken({ id, owner }, signal)
  }
  return undefined
}

/** Of the tokens that the Secret holds; those that the vault does not know are left out. */
export async function currentTokens(work: Work, root: VaultRoot): Promise<readonly KnownToken[]> {
  const found: (KnownToken | undefined)[] = []
  for (const owner of VAULT_USERS)
    found.push(await root.findToken(await keyIn(work, vaultToken(owner)), work.signal))
  return found.filter((token) => token !== undefined)
}

const ROOT_REFUSED = stalled({
  reason: 'VaultKeysRefused',
  message:
    'the vault does not take the root token in its Secret "vault-keys"; restore that Secret from a backup',
})
