/** What holds for all rules of the diagnosis, whatever they look at. */
import type { RuleText } from '../finding.ts'

export const DIAGNOSIS_SCOPE: readonly RuleText[] = [
  {
    name: 'an init container is judged by the rules of the others, and named as one',
    signal: 'status of an init container or sidecar',
    shown: 'as for main containers, `Init:` before the reason',
    verdict: 'as for main containers',
  },
  {
    name: 'a sidecar that ended after its pod was done is ignored',
    signal: 'init container with `restartPolicy: Always` terminated with exit code 0',
    shown: 'never',
    verdict: 'never',
  },
  {
    name: 'only pods of the newest revision count, all of them with a partition or OnDelete',
    signal: '`pod-template-hash` of the newest pod, `controller-revision-hash` = `status.updateRevision`',
    shown: 'never for other pods',
    verdict: 'never for other pods',
  },
  {
    name: 'pods that terminate and leftovers of an eviction are ignored',
    signal: '`metadata.deletionTimestamp`; pod phase Failed: `Evicted`, …',
    shown: 'never',
    verdict: 'never',
  },
  {
    name: 'containers that are being created are no finding',
    signal: 'container waiting: `ContainerCreating`, `PodInitializing`',
    shown: 'never',
    verdict: 'never',
  },
  {
    name: 'of several the worst is told: a verdict first, then init containers, then the oldest pod; the rest is counted',
    signal: 'several pods with something to tell',
    shown: 'the worst, "and 2 more pods"',
    verdict: 'of the worst',
  },
]
