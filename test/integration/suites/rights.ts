/** RBAC of `deploy/` in both directions: whatever the program does is granted, and whatever is granted is done. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { INSTALLED } from '../../../src/install/names.ts'
import { nameOfRight, type Right, RIGHTS } from '../../../src/install/rights.ts'
import type { Kube } from '../../../src/kube/kube.ts'
import { openCaches } from '../../../src/observe/caches.ts'
import { type AuditedCall, auditedCalls } from '../../cluster/audit.ts'
import { refusal } from '../../support/scripted-kube.ts'
import { type InstalledCluster, kubeOf } from '../test-cluster.ts'

/** How the program calls itself; what tests ask as the same account proves nothing. */
const PROGRAM = 'dataspace-provisioner/'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** To be called after every other suite: it reads in the audit log what they made the program do. */
export function rightsAreExact(open: () => Promise<InstalledCluster>): void {
  describe('the rights of deploy/', () => {
    let cluster: InstalledCluster
    before(async () => {
      cluster = await open()
    })
    after(() => cluster[Symbol.asyncDispose]())

    it('let the program run in its own namespace, which enforces Pod Security restricted', async () => {
      const { namespace } = INSTALLED
      const rollout = ['rollout', 'status', 'deployment/dataspace-provisioner', '--timeout', '60s']
      assert.match(await cluster.kubectl('--namespace', namespace, ...rollout), /successfully rolled out/u)
    })

    it('let it read by lists where a server cannot send the first state in a watch', async () => {
      await using program = await kubeOf(cluster.kubeconfig, `${PROGRAM}0`)
      const kube = withoutWatchList(program)
      await using caches = openCaches({ kube, log: silent, now: Date.now, random: Math.random })
      caches.start()
      await caches.whenSynced(AbortSignal.timeout(30_000))
    })

    it('lack nothing that the program asks for', async () => {
      const calls = await callsOfProgram(cluster)
      assert.ok(calls.length > 1000, `the audit log tells of ${calls.length} calls only`)
      const refused = calls.filter(({ allowed }) => !allowed).map(nameOfCall)
      assert.deepEqual([...new Set(refused)], [])
    })

    it('hold nothing that the program never does', async () => {
      const calls = await callsOfProgram(cluster)
      const used = new Set(calls.flatMap(verbsOf))
      const granted = RIGHTS.flatMap((right) => right.verbs.map((verb) => nameOfRight(verb, right)))
      assert.deepEqual(
        granted.filter((name) => !used.has(name)),
        [],
      )
    })

    for (const [where, namespace] of [
      ['own', INSTALLED.namespace],
      ['default', 'default'],
    ] as const)
      it(`that hold in namespace ${namespace} only are used in no other`, async () => {
        const rights = RIGHTS.filter((right) => right.where === where)
        assert.ok(rights.length > 0)
        const calls = await callsOfProgram(cluster)
        const elsewhere = calls.filter(
          (call) => call.namespace !== namespace && rights.some((right) => isAbout(call, right)),
        )
        assert.deepEqual(elsewhere.map(nameOfCall), [])
      })
  })
}

async function callsOfProgram({ auditLog }: InstalledCluster): Promise<readonly AuditedCall[]> {
  return (await auditedCalls(auditLog)).filter(({ userAgent }) => userAgent.startsWith(PROGRAM))
}

/** An apply that made the object was authorised twice: to patch and to create. */
function verbsOf(call: AuditedCall): readonly string[] {
  const created = call.verb === 'patch' && call.code === 201
  return created ? [nameOfCall(call), nameOfCall({ ...call, verb: 'create' })] : [nameOfCall(call)]
}

function nameOfCall({ verb, group, resource }: AuditedCall): string {
  const [plural = '', subresource] = resource.split('/')
  const kind = [plural, group].filter((part) => part !== '').join('.')
  return `${verb} ${kind}${subresource === undefined ? '' : `/${subresource}`}`
}

function isAbout({ group, resource }: AuditedCall, right: Right): boolean {
  return (
    right.resource.group === group && right.resource.plural === resource && right.subresource === undefined
  )
}

/** As an API server with the feature WatchList switched off. */
function withoutWatchList(kube: Kube): Pick<Kube, 'page' | 'watch'> {
  return {
    page: (...call) => kube.page(...call),
    watch: (resource, options) => {
      if (options.sendInitialEvents === true) throw refusal(422, 'Invalid')
      return kube.watch(resource, options)
    },
  }
}
