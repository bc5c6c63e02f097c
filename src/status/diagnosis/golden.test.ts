/** Objects as `kubectl get -o yaml` prints them, each in a state that one rule is made for, and what is told of them. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import type { KubeObject } from '../../model/kubernetes.ts'
import { projectEvent } from '../events/project-event.ts'
import type { Diagnosis, Finding } from '../finding.ts'
import { projectClaim } from '../project-claim.ts'
import { projectPod } from '../project-pod.ts'
import { projectDeployment, projectStatefulSet } from '../project-workload.ts'
import { COMPONENT_RULES, diagnose, diagnosePod, POD_RULES } from './diagnose.ts'

interface Input {
  /** The name of the rule. */
  readonly rule: string
  readonly now: string
  /** With a workload: all that belongs to it. Without: one pod, its claims and its events. */
  readonly objects: readonly KubeObject[]
}

const testdata = `${import.meta.dirname}/testdata/`
const files = readdirSync(testdata).filter((file) => file.endsWith('.input.yaml'))
const RULES = [...POD_RULES, ...COMPONENT_RULES]

function readInput(file: string): Input {
  return parse(readFileSync(testdata + file, 'utf8')) as Input
}

function diagnosisOf({ objects, now }: Input): Diagnosis {
  const ofKind = (kind: string): readonly KubeObject[] => objects.filter((object) => object.kind === kind)
  const pods = ofKind('Pod').map(projectPod)
  const surroundings = {
    claims: ofKind('PersistentVolumeClaim').map(projectClaim),
    events: ofKind('Event').map(projectEvent),
    nowMs: Date.parse(now),
  }
  const [workload] = [
    ...ofKind('Deployment').map(projectDeployment),
    ...ofKind('StatefulSet').map(projectStatefulSet),
  ]
  if (workload !== undefined) return diagnose({ workload, pods, ...surroundings })
  const [pod] = pods
  assert.ok(pod !== undefined && pods.length === 1, 'one pod, or a workload')
  return { worst: diagnosePod({ pod, ...surroundings }), others: 0, recheckAtMs: undefined }
}

const textOf = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString()

/** Times as people read them. */
function readable({ worst, others, recheckAtMs }: Diagnosis): object {
  const { verdictAtMs, ...words }: Partial<Finding> = worst ?? {}
  return { ...words, verdictAt: textOf(verdictAtMs) ?? 'never', others, recheckAt: textOf(recheckAtMs) }
}

describe('the diagnosis of real objects', () => {
  for (const file of files) {
    const input = readInput(file)
    const name = basename(file, '.input.yaml')
    it(`is that of ${name}.golden.json: ${input.rule}`, (t) => {
      const diagnosis = diagnosisOf(input)
      const rule = RULES.find((one) => one.name === input.rule)
      assert.ok(rule, 'a rule of that name')
      assert.equal(diagnosis.worst?.cause, rule.cause)
      t.assert.fileSnapshot(readable(diagnosis), `${testdata}${name}.golden.json`)
    })
  }

  for (const { name } of RULES)
    it(`has an example: ${name}`, () => assert.ok(files.some((file) => readInput(file).rule === name)))
})
