/** A participant of a real node, asked from this machine at the addresses of its pods, independent of the product's client. */
import type { Kube } from '../../../src/kube/kube.ts'
import { ENDPOINTS, PUBLIC } from '../../../src/manifests/addresses.ts'
import { selectorLabels } from '../../../src/manifests/metadata.ts'
import { MANAGEMENT_API_KEY, type SecretKey, SUPERUSER_API_KEY } from '../../../src/manifests/secrets.ts'
import { type KubeObject, RESOURCES } from '../../../src/model/kubernetes.ts'
import type { ComponentName, Participant } from '../../../src/model/participant.ts'
import { Seeding } from '../../edc/support/participant.ts'
import { eventually } from '../../support/eventually.ts'

export interface Pod extends KubeObject {
  readonly status?: {
    readonly podIP?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

/** With the pods of this moment: after one was replaced, another has to be made. */
export async function memberOf(kube: Kube, name: string): Promise<Seeding> {
  const participant = await kube.get<Participant>(RESOURCES.Participant, { name })
  if (participant === undefined) throw new Error(`there is no participant ${name}`)
  const { did, host } = participant.spec
  const runtimes = ['controlplane', 'identityhub'] as const
  const addresses = await Promise.all(
    runtimes.map(async (runtime) => {
      const ip = await addressOfPod(kube, name, runtime)
      return Object.values(ENDPOINTS[runtime]).map(({ port }) => [port, ip] as const)
    }),
  )
  const ips = new Map<number, string>(addresses.flat())
  const keys = {
    management: await secretOf(kube, name, MANAGEMENT_API_KEY),
    superuser: await secretOf(kube, name, SUPERUSER_API_KEY),
  }
  const address = ({ port, path }: { readonly port: number; readonly path: string }): string => {
    const isPublic = PUBLIC.some(({ endpoint }) => endpoint.port === port)
    const origin = isPublic ? `http://${name}.${host}` : `http://${ips.get(port)}:${port}`
    return `${origin}${path}`.replace(/\/$/u, '')
  }
  return new Seeding({ name, did, address }, keys)
}

export async function secretOf(kube: Kube, namespace: string, { secret, key }: SecretKey): Promise<string> {
  const found = await kube.get<Secret>(RESOURCES.Secret, { namespace, name: secret })
  const value = found?.data?.[key]
  if (value === undefined) throw new Error(`Secret ${namespace}/${secret} has no ${key}`)
  return Buffer.from(value, 'base64').toString('utf8')
}

/** Those that are not on their way out. */
async function podsOf(kube: Kube, namespace: string, component: ComponentName): Promise<readonly Pod[]> {
  const wanted = Object.entries(selectorLabels(namespace, component))
  const { items } = await kube.list<Pod>(RESOURCES.Pod, { namespace })
  return items.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined &&
      wanted.every(([label, value]) => metadata.labels?.[label] === value),
  )
}

/** As soon as one is ready. */
export async function addressOfPod(kube: Kube, namespace: string, component: ComponentName): Promise<string> {
  return eventually(async () => (await podsOf(kube, namespace, component)).find(isReady)?.status?.podIP, {
    what: `a ready pod of ${component} of ${namespace}`,
    withinMs: 120_000,
  })
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true
}

/** Deletes the pods of a component, as a node that is drained does. */
export async function restart(kube: Kube, namespace: string, component: ComponentName): Promise<void> {
  for (const { metadata } of await podsOf(kube, namespace, component))
    await kube.delete(RESOURCES.Pod, { namespace, name: metadata.name })
}
