/** Judges the vault of a participant by the step that opens it: its own probe calls a sealed one healthy, for a restart cannot help it. */
import type { CauseCode } from '../model/causes.ts'
import type { ComponentState, Participant, Step } from '../model/participant.ts'
import type { ComponentVerdict } from './component.ts'
import type { RuleText } from './finding.ts'

interface ClosedVaultRule extends RuleText {
  readonly reasons: readonly string[]
  readonly cause: CauseCode
}

/** First match wins. */
export const CLOSED_VAULT_RULES: readonly ClosedVaultRule[] = [
  {
    name: 'a vault that cannot be unsealed is not ready',
    signal: 'step vault: VaultSealed',
    shown: 'at once',
    verdict: 'Degraded at once',
    reasons: ['VaultSealed'],
    cause: 'VaultSealed',
  },
  {
    name: 'a vault whose keys are missing or not taken is not ready, and needs a person',
    signal: 'step vault: VaultKeysMissing, VaultKeysRefused',
    shown: 'at once',
    verdict: 'Degraded at once',
    reasons: ['VaultKeysMissing', 'VaultKeysRefused'],
    cause: 'VaultKeysMissing',
  },
]

/** What the pods say of one that is not ready comes first. */
export function withClosedVault(
  verdict: ComponentVerdict,
  { status }: Pick<Participant, 'status'>,
): ComponentVerdict {
  if (verdict.name !== 'vault' || !verdict.ready) return verdict
  const step = status?.steps?.find(({ name }) => name === 'vault')
  const rule = CLOSED_VAULT_RULES.find(({ reasons }) => reasons.includes(reasonOf(step)))
  if (rule === undefined) return verdict
  const state: ComponentState = 'Degraded'
  return {
    ...verdict,
    status: state,
    ready: false,
    reason: reasonOf(step),
    message: step?.message ?? reasonOf(step),
    cause: { code: rule.cause, who: step?.state === 'Stalled' ? 'operator' : 'nobody yet' },
  }
}

function reasonOf(step: Step | undefined): string {
  return step === undefined || step.state === 'Done' ? '' : (step.reason ?? '')
}
