/** The process that does on a node what clusters have controllers for: gives claims their folders, and serves HTTPRoutes. */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openKube } from '../../../src/kube/client.ts'
import { openCredentials } from '../../../src/kube/credentials.ts'
import { WatchCache } from '../../../src/kube/watch-cache.ts'
import { type KubeObject, pathOf, type Resource, RESOURCES } from '../../../src/model/kubernetes.ts'
import type { Log } from '../../../src/model/log.ts'
import { Api } from '../api.ts'
import { kubeconfigFileOf } from '../credentials.ts'
import { companionAccessOf, volumesOf } from './files.ts'
import { acceptance, CONTROLLER, createGateway, type Route } from './gateway.ts'
import { provide, releasedVolume, takeBack, VOLUME, waitingClaim } from './volumes.ts'

const { values } = parseArgs({ options: { dir: { type: 'string' }, address: { type: 'string' } } })
const { dir = '', address = '' } = values

const say = (fields: object, text: string): void => console.log(text, JSON.stringify(fields))
const log: Log = { debug: () => undefined, info: say, warn: say, error: say }
const now = (): number => Date.now()
const access = JSON.parse(readFileSync(companionAccessOf(dir), 'utf8')) as {
  readonly server: string
  readonly ca: string
  readonly token: string
}
const api = new Api(access)
const kube = openKube({
  credentials: await openCredentials({ kind: 'kubeconfig', paths: kubeconfigFileOf(dir, 'admin') }, { now }),
  userAgent: 'node-companion',
  random: Math.random,
  log,
})

function watch<T>(resource: Resource, project: (object: KubeObject) => T | undefined): WatchCache<T> {
  return new WatchCache({ kube, resource, project, log, now, random: Math.random })
}

const atWork = new Set<string>()

/** Until it has succeeded, or nobody wants it any more. */
async function work(what: string, isWanted: () => boolean, act: () => Promise<unknown>): Promise<void> {
  if (atWork.has(what)) return
  atWork.add(what)
  while (isWanted()) {
    try {
      await act()
      break
    } catch (error) {
      say({ error: String(error) }, `${what} failed and is tried again`)
    }
    await delay(500)
  }
  atWork.delete(what)
}

/** Acts on each object that is in the cache. */
function actOn<T extends KubeObject>(cache: WatchCache<T>, act: (object: T) => Promise<unknown>): void {
  cache.subscribe((change) => {
    if (change.type === 'deleted') return
    const { key, object } = change
    const what = `${object.kind} ${key}`
    void work(
      what,
      () => cache.get(key) !== undefined,
      () => act(cache.get(key) ?? object),
    )
  })
  cache.start()
}

const storage = { api, folder: volumesOf(dir) }
actOn(watch(RESOURCES.PersistentVolumeClaim, waitingClaim), (claim) => provide(storage, claim))
actOn(watch(VOLUME, releasedVolume), (volume) => takeBack(storage, volume))

const routes = watch(RESOURCES.HTTPRoute, (object) => object as Route)
const unanswered = watch(RESOURCES.HTTPRoute, (object) => {
  const route = object as Route
  return route.status?.parents?.some(({ controllerName }) => controllerName === CONTROLLER)
    ? undefined
    : route
})
actOn(unanswered, (route) => {
  const { namespace = '', name } = route.metadata
  return api.merge(
    `${pathOf(RESOURCES.HTTPRoute, { namespace, name })}/status`,
    acceptance(route, new Date()),
  )
})
routes.start()

const services = watch(RESOURCES.Service, (object) => {
  const { spec } = object as KubeObject & { readonly spec: { readonly clusterIP?: string } }
  return spec.clusterIP
})
services.start()

const gateway = createGateway({
  routes: function* () {
    for (const [, route] of routes.entries()) yield route
  },
  addressOf: ({ namespace, name }) => services.get(`${namespace}/${name}`),
})
gateway.listen(80, address, () => say({ address }, 'serves'))
