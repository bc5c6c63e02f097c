/** Can participants be reached from outside, by the kind of route that each profile names? */
import { type KubeObject, RESOURCES } from '../../model/kubernetes.ts'
import { PARTICIPANT_LABEL } from '../../model/names.ts'
import type { Profile } from '../../model/profile.ts'
import type { Check, Finding, Patient } from '../finding.ts'

type Said = Omit<Finding, 'check'>

/** Warnings at most: without a route a participant gets ready all the same, and is reached inside the cluster. */
export const gateway: Check = {
  name: 'gateway',
  run: async (patient) => {
    const profiles = [...patient.profiles.values()]
    const findings = await Promise.all([
      aboutGateways(patient, profiles.filter(routesBy('gateway'))),
      aboutIngress(patient, profiles.filter(routesBy('ingress'))),
    ])
    const all = findings.flat()
    return all.length > 0
      ? all
      : [{ result: 'ok', message: 'no profile asks for routes (routes.kind is none)' }]
  },
}

function routesBy(kind: Profile['routes']['kind']): (profile: Profile) => boolean {
  return ({ routes }) => routes.kind === kind
}

async function aboutGateways(
  { kube, inspection }: Patient,
  profiles: readonly Profile[],
): Promise<readonly Said[]> {
  const [first] = profiles
  if (first === undefined) return []
  const versions = await inspection.versionsOf(RESOURCES.Gateway.group)
  if (versions?.includes(RESOURCES.Gateway.version) !== true)
    return [
      {
        result: 'warn',
        message: `the Gateway API ${versions === undefined ? 'is not installed' : 'is served without v1'}, and profile "${first.name}" routes by it: its participants are reached inside the cluster only`,
        next: 'install the standard CRDs of the Gateway API and a controller, or set routes.kind of the profile to ingress or none',
      },
    ]
  const byPlace = new Map(profiles.map((profile) => [placeOf(profile), profile]))
  return await Promise.all(
    [...byPlace.values()].map(async (profile) =>
      aboutGateway(profile, await kube.get<Gateway>(RESOURCES.Gateway, profile.routes.gateway)),
    ),
  )
}

/** The part of a Gateway that says who may attach to it. */
interface Gateway extends KubeObject {
  readonly spec?: {
    readonly listeners?: readonly {
      readonly name?: string
      readonly allowedRoutes?: { readonly namespaces?: { readonly from?: string } }
    }[]
  }
}

function placeOf({
  routes: {
    gateway: { namespace, name, sectionName },
  },
}: Profile): string {
  return `${namespace}/${name}${sectionName === undefined ? '' : `, listener ${sectionName}`}`
}

function aboutGateway(profile: Profile, found: Gateway | undefined): Said {
  const place = placeOf(profile)
  const listener = `a listener that allows routes from namespaces with the label ${PARTICIPANT_LABEL}`
  if (found === undefined)
    return {
      result: 'warn',
      message: `Gateway ${place}, which profile "${profile.name}" names, does not exist: no route takes effect`,
      next: `create it with ${listener}, or name another in routes.gateway of the profile`,
    }
  const { sectionName } = profile.routes.gateway
  const listeners = (found.spec?.listeners ?? []).filter(
    ({ name }) => sectionName === undefined || name === sectionName,
  )
  // `Same`, the namespace of the Gateway itself, is the default.
  const open = listeners.some(({ allowedRoutes }) => (allowedRoutes?.namespaces?.from ?? 'Same') !== 'Same')
  if (open) return { result: 'ok', message: `Gateway ${place} takes routes of participants` }
  return {
    result: 'warn',
    message: `Gateway ${place} takes no route from another namespace: none of a participant takes effect`,
    next: `give it ${listener} (allowedRoutes.namespaces)`,
  }
}

const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class'

async function aboutIngress({ kube }: Patient, profiles: readonly Profile[]): Promise<readonly Said[]> {
  if (profiles.length === 0) return []
  const { items } = await kube.list(RESOURCES.IngressClass)
  const byClass = new Map(profiles.map((profile) => [profile.routes.ingressClassName, profile]))
  return [...byClass.values()].map((profile) => aboutClass(profile, items))
}

function aboutClass({ name, routes: { ingressClassName } }: Profile, classes: readonly KubeObject[]): Said {
  const found = classes.find(({ metadata }) =>
    ingressClassName === undefined
      ? metadata.annotations?.[DEFAULT_CLASS] === 'true'
      : metadata.name === ingressClassName,
  )
  if (found !== undefined)
    return {
      result: 'ok',
      message: `IngressClass "${found.metadata.name}" takes the routes of profile "${name}"`,
    }
  const what =
    ingressClassName === undefined
      ? `no IngressClass is the default, and profile "${name}" names none`
      : `IngressClass "${ingressClassName}", which profile "${name}" names, does not exist`
  return {
    result: 'warn',
    message: `${what}: no route takes effect`,
    next: 'kubectl get ingressclasses, and name one of them in routes.ingressClassName of the profile',
  }
}
