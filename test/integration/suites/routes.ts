/** How participants are reached from outside: by the kind of route that their profile names, and ready without any. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { hasReason } from '../../../src/kube/errors.ts'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import { ASKS } from '../../../src/model/names.ts'
import type { RunningService } from '../../../src/service.ts'
import type { Answer } from '../../../src/status/answer.ts'
import { eventually } from '../../support/eventually.ts'
import { create, remove, untilStatus } from '../participants.ts'
import { type OpenTestCluster, serviceOn, type TestCluster } from '../test-cluster.ts'
import { conditionOf } from '../verdicts.ts'

const DEFINITION = { name: `${RESOURCES.HTTPRoute.plural}.${RESOURCES.HTTPRoute.group}` }

export function participantsAreRouted(clusterName: string, open: OpenTestCluster): void {
  describe(`routes to participants on ${clusterName}`, () => {
    let cluster: TestCluster
    before(async () => {
      cluster = await open()
    })
    after(() => cluster[Symbol.asyncDispose]())

    const routeOf = (kind: 'HTTPRoute' | 'Ingress', namespace: string): Promise<KubeObject | undefined> =>
      cluster.kube.get(RESOURCES[kind], { namespace, name: 'public' })

    /** Ready with all steps taken, the one for routes with such a message. */
    const settled = (service: RunningService, name: string, told: RegExp): Promise<Answer> =>
      untilStatus(service, name, ({ status, steps }) => {
        const message = steps.find((step) => step.name === 'routes')?.message ?? ''
        return (
          status === 'READY' &&
          steps.length > 0 &&
          steps.every(({ state }) => state === 'Done') &&
          told.test(message)
        )
      })

    /** What was done is told by the pass that did it. */
    const toldOf = (service: RunningService, name: string, told: RegExp): Promise<Answer> =>
      untilStatus(service, name, ({ steps }) =>
        told.test(steps.find((step) => step.name === 'routes')?.message ?? ''),
      )

    const serviceRoutingBy = (kind: string): Promise<RunningService> =>
      serviceOn(cluster, { file: `profiles: { default: { routes: { kind: ${kind} } } }` })

    it('are of the kind that the profile names, and those of the kind before go', async () => {
      {
        await using service = await serviceOn(cluster)
        await create(service, 'rerouted', { kubeHost: 'dataspace.example' })
        await settled(service, 'rerouted', /^$/u)
        const route = (await routeOf('HTTPRoute', 'rerouted')) as unknown as { spec: { hostnames: unknown } }
        assert.deepEqual(route.spec.hostnames, ['rerouted.dataspace.example'])
      }
      {
        await using service = await serviceRoutingBy('ingress')
        await toldOf(service, 'rerouted', /^deleted HTTPRoute "public"/u)
        await settled(service, 'rerouted', /^$/u)
        assert.ok(await routeOf('Ingress', 'rerouted'))
        assert.equal(await routeOf('HTTPRoute', 'rerouted'), undefined)
        await lookAgain('rerouted', 'by Ingress')
        // Nothing to delete any more, and nothing to correct.
        await settled(service, 'rerouted', /^$/u)
      }
      await using service = await serviceRoutingBy('none')
      await toldOf(service, 'rerouted', /^deleted Ingress "public"/u)
      const answer = await settled(service, 'rerouted', /^no route is made: .*routes\.kind is none/u)
      assert.equal(await routeOf('Ingress', 'rerouted'), undefined)
      assert.equal(conditionOf(answer, 'Ready').status, 'True')
      await untilStatus(service, 'rerouted', (told) => conditionOf(told, 'Reachable').reason === 'NoRoutes')
      await remove(service, 'rerouted')
    })

    it('that the API server refuses keep nobody from being ready, and it is told why', async () => {
      await using service = await serviceOn(cluster)
      await create(service, 'misnamed', { kubeHost: 'no..name' })
      const answer = await settled(
        service,
        'misnamed',
        /^no route is made, for the API server refused it: .*hostnames/u,
      )
      assert.match(conditionOf(answer, 'Reachable').message, /refused it/u)
      await remove(service, 'misnamed')
    })

    it('without the Gateway API keep nobody from being ready, and are made once it is there', async () => {
      const definition = await cluster.kube.get<KubeObject & { spec: object }>(
        RESOURCES.CustomResourceDefinition,
        DEFINITION,
      )
      assert.ok(definition)
      await cluster.kube.delete(RESOURCES.CustomResourceDefinition, DEFINITION)
      await eventually(async () => !(await isServed()), { what: 'HTTPRoutes to be gone', withinMs: 30_000 })
      await using service = await serviceOn(cluster)
      try {
        await create(service, 'unrouted')
        const answer = await settled(
          service,
          'unrouted',
          /^no route is made: HTTPRoute is not served by this cluster: install /u,
        )
        const { status, reason, message } = conditionOf(answer, 'Reachable')
        assert.deepEqual([status, reason], ['Unknown', 'NoRoutes'])
        assert.match(message, /inside the cluster only \(no route is made: HTTPRoute is not served/u)
      } finally {
        const { apiVersion, kind, spec, metadata } = definition
        const { annotations = {} } = metadata
        await cluster.kube.create({
          apiVersion,
          kind,
          metadata: { ...DEFINITION, annotations },
          spec,
        } as KubeObject)
        await eventually(isServed, { what: 'HTTPRoutes to be served again', withinMs: 30_000 })
      }
      await lookAgain('unrouted', 'with HTTPRoutes')
      await eventually(() => routeOf('HTTPRoute', 'unrouted'), { what: 'a route', withinMs: 30_000 })
      await remove(service, 'unrouted')
    })

    const lookAgain = (name: string, why: string): Promise<unknown> =>
      cluster.kube.patch(
        RESOURCES.Participant,
        { name },
        { type: 'merge', manager: 'suite', body: { metadata: { annotations: { [ASKS.retry]: why } } } },
      )

    const isServed = async (): Promise<boolean> => {
      try {
        await cluster.kube.page(RESOURCES.HTTPRoute)
        return true
      } catch (error) {
        if (hasReason(error, 'NotFound')) return false
        throw error
      }
    }
  })
}
