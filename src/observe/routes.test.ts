/** Ingresses and HTTPRoutes on the built-in cluster, with and without the Gateway API. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { createParticipant } from '../../test/support/provisioning.ts'
import { openTestCluster } from '../../test/support/test-cluster.ts'
import type { Kube } from '../kube/kube.ts'
import { apiVersionOf, type KubeObject, RESOURCES } from '../model/kubernetes.ts'
import { PARTICIPANT_LABEL } from '../model/names.ts'
import type { Condition } from '../model/participant.ts'
import { httpRouteDefinition } from '../simulator/gateway-api.ts'
import { type Live, makeObserved, openLive } from './for-tests.ts'

type RouteKind = (typeof RESOURCES)['Ingress' | 'HTTPRoute']

const LABELS = { [PARTICIPANT_LABEL]: 'acme' }

interface Wish {
  readonly name: string
  readonly labels?: typeof LABELS
  readonly spec?: object
}

async function makeRoute(kube: Kube, resource: RouteKind, { spec = {}, ...named }: Wish): Promise<void> {
  const { kind } = resource
  const metadata = { namespace: 'acme', ...named }
  const route: KubeObject & Pick<Wish, 'spec'> = {
    apiVersion: apiVersionOf(resource),
    kind,
    metadata,
    spec,
  }
  await kube.create(route)
}

async function setStatus(kube: Kube, resource: RouteKind, status: object): Promise<void> {
  const key = { namespace: 'acme', name: 'web' }
  await kube.patch(resource, key, {
    type: 'merge',
    body: { status },
    manager: 'a-controller',
    subresource: 'status',
  })
}

async function uninstallGatewayApi(kube: Kube): Promise<void> {
  const { name } = httpRouteDefinition().metadata
  await kube.delete(RESOURCES.CustomResourceDefinition, { name })
}

async function reachable(live: Live): Promise<Condition | undefined> {
  return (await live.answerOf('acme'))?.conditions.find(({ type }) => type === 'Reachable')
}

async function eventuallyReachable(live: Live, reason: string): Promise<Condition> {
  let last: Condition | undefined
  try {
    return await eventually(
      async () => {
        last = await reachable(live)
        return last?.reason === reason ? last : undefined
      },
      { what: `Reachable with ${reason}` },
    )
  } catch (error) {
    throw new Error(`it says ${JSON.stringify(last)}`, { cause: error })
  }
}

async function makeAcme(kube: Kube): Promise<void> {
  await createParticipant(kube, 'acme', { mode: 'Observed' })
  await makeObserved(kube, 'acme')
}

describe('an Ingress with the participant label', () => {
  it('is told from its first change to its deletion', async () => {
    await using cluster = await openTestCluster()
    await using live = await openLive(cluster.kube)
    await makeAcme(cluster.kube)
    assert.equal((await eventuallyReachable(live, 'NoRoutes')).status, 'Unknown')
    const spec = { rules: [{ host: 'acme.example' }] }
    await makeRoute(cluster.kube, RESOURCES.Ingress, { name: 'web', labels: LABELS, spec })
    assert.match((await eventuallyReachable(live, 'RoutesPending')).message, /^Ingress web: no ingress/u)
    await setStatus(cluster.kube, RESOURCES.Ingress, { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } })
    const { status, message } = await eventuallyReachable(live, 'RoutesAccepted')
    assert.deepEqual([status, message], ['True', 'every route is accepted: acme.example'])
    await cluster.kube.delete(RESOURCES.Ingress, { namespace: 'acme', name: 'web' })
    await eventuallyReachable(live, 'NoRoutes')
  })

  it('is known before the first answer, so that a restart tells nothing else', async () => {
    await using cluster = await openTestCluster()
    await makeAcme(cluster.kube)
    await makeRoute(cluster.kube, RESOURCES.Ingress, { name: 'web', labels: LABELS })
    await using live = await openLive(cluster.kube)
    assert.equal((await reachable(live))?.reason, 'RoutesPending')
  })
})

describe('an Ingress without the participant label', () => {
  it('is nobody’s', async () => {
    await using cluster = await openTestCluster()
    await makeAcme(cluster.kube)
    await makeRoute(cluster.kube, RESOURCES.Ingress, { name: 'foreign' })
    await using live = await openLive(cluster.kube)
    assert.equal((await reachable(live))?.reason, 'NoRoutes')
  })
})

describe('a cluster without the Gateway API', () => {
  const watchOf = (live: Live): object => {
    const { synced, size, stats } = live.caches.optional.get('httproutes') ?? assert.fail('no such watch')
    return { synced, size, restarts: stats.restarts }
  }

  it('holds nothing up, fills no log, and counts as a cluster without HTTPRoutes', async () => {
    await using cluster = await openTestCluster()
    await uninstallGatewayApi(cluster.kube)
    await using live = await openLive(cluster.kube)
    const attempts = (): number =>
      live.log.texts('debug').filter((text) => text.startsWith('this kind is not served')).length
    await eventually(() => attempts() > 3, { what: 'further attempts' })
    assert.deepEqual(live.log.texts('info', 'warn', 'error'), [])
    assert.deepEqual(watchOf(live), { synced: true, size: 0, restarts: 0 })
  })

  it('shows HTTPRoutes from the moment that it is installed, until it is uninstalled', async () => {
    await using cluster = await openTestCluster()
    await uninstallGatewayApi(cluster.kube)
    await using live = await openLive(cluster.kube)
    await makeAcme(cluster.kube)
    await eventuallyReachable(live, 'NoRoutes')
    await cluster.kube.create(httpRouteDefinition())
    const parentRef = { namespace: 'edge', name: 'public' }
    const spec = { hostnames: ['acme.example'], parentRefs: [parentRef] }
    await makeRoute(cluster.kube, RESOURCES.HTTPRoute, { name: 'web', labels: LABELS, spec })
    const { message } = await eventuallyReachable(live, 'RoutesPending')
    assert.equal(message, 'HTTPRoute web: nobody has taken it on yet for Gateway edge/public')
    const conditions = [{ type: 'Accepted', status: 'True', reason: 'Accepted' }]
    await setStatus(cluster.kube, RESOURCES.HTTPRoute, {
      parents: [{ parentRef, controllerName: 'example.com/gateway', conditions }],
    })
    await eventuallyReachable(live, 'RoutesAccepted')
    await uninstallGatewayApi(cluster.kube)
    await eventuallyReachable(live, 'NoRoutes')
    assert.deepEqual(live.log.texts('warn', 'error'), [])
  })
})
