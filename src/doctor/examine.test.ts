import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refusal } from '../../test/support/scripted-kube.ts'
import { participantCrd } from '../crd/participant-crd.ts'
import { DEFAULT_PROFILE } from '../manifests/default-profile.ts'
import { UnavailableError } from '../model/errors.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import type { Profile, RouteSettings } from '../model/profile.ts'
import { examine } from './examine.ts'
import type { Finding } from './finding.ts'
import { gatewayFor, NAMESPACE, patient, type Scripted, servedCrd, storageClass, WELL } from './for-tests.ts'

async function about(check: string, scripted: Scripted): Promise<readonly Finding[]> {
  return (await examine(patient(scripted))).filter((finding) => finding.check === check)
}

async function only(check: string, scripted: Scripted): Promise<Finding> {
  const [finding, ...more] = await about(check, scripted)
  assert.ok(finding)
  assert.deepEqual(more, [])
  return finding
}

const without = (kind: string): readonly KubeObject[] => WELL.filter((object) => object.kind !== kind)

function profileWith(routes: Partial<RouteSettings>): Profile {
  return { ...DEFAULT_PROFILE, routes: { ...DEFAULT_PROFILE.routes, ...routes } }
}

describe('the doctor', () => {
  it('finds nothing where all is well, and says of each check what it saw', async () => {
    const findings = await examine(patient())
    assert.deepEqual(
      findings.map(({ check, result }) => [check, result]),
      [
        'server',
        'resource',
        'rights',
        'storage',
        'gateway',
        'pod security',
        'quota',
        'issuers',
        'service proxy',
      ].map((check) => [check, 'ok']),
    )
    assert.equal(findings[0]?.message, 'Kubernetes v1.36.0 at https://cluster.example:6443 (context test)')
  })

  it('asks nothing more of a server that does not answer, or that refuses the credentials', async () => {
    const silent = await examine(patient({ errors: { version: new UnavailableError('no route to host') } }))
    assert.equal(silent.length, 1)
    assert.match(silent[0]?.message ?? '', /cannot be asked: no route to host/u)
    const [refused, ...more] = await examine(patient({ errors: { version: refusal(401, 'Unauthorized') } }))
    assert.deepEqual([refused?.result, more], ['fail', []])
    assert.match(refused?.next ?? '', /renew the credentials/u)
  })

  it('tells a server that is too old, and one whose version says nothing', async () => {
    assert.equal((await only('server', { gitVersion: 'v1.29.14-eks' })).result, 'fail')
    assert.equal((await only('server', { gitVersion: 'v1.30.0+k3s1' })).result, 'ok')
    assert.equal((await only('server', { gitVersion: 'unknown' })).result, 'warn')
  })

  it('says how to install the resource when there is none', async () => {
    const { result, next } = await only('resource', { objects: without('CustomResourceDefinition') })
    assert.equal(result, 'fail')
    assert.equal(next, 'kubectl apply --server-side -f deploy/crd/participants.dataspaces.dev.yaml')
  })

  it('names the place in which the schema is another', async () => {
    const { spec } = participantCrd()
    const changed = JSON.parse(JSON.stringify(spec).replace('"maxLength"', '"maxLengthOnce"')) as object
    const { result, message } = await only('resource', {
      objects: [...without('CustomResourceDefinition'), servedCrd(changed)],
    })
    assert.equal(result, 'fail')
    assert.match(message, /versions\[v1alpha1\]\.schema\.openAPIV3Schema\.properties\..*maxLength differs$/u)
  })

  it('takes a newer definition that has all of ours, and other descriptions', async () => {
    const { spec } = participantCrd()
    const newer = { ...spec, versions: [{ name: 'v1', served: true }, ...spec.versions], conversion: {} }
    const reworded = JSON.parse(
      JSON.stringify(newer).replaceAll('Why it is', 'The reason why it is'),
    ) as object
    const objects = [...without('CustomResourceDefinition'), servedCrd(reworded)]
    assert.equal((await only('resource', { objects })).result, 'ok')
  })

  it('tells that the resource is not served yet', async () => {
    const status = { conditions: [{ type: 'Established', status: 'False', message: 'names clash' }] }
    const pending = { ...servedCrd(), status } as KubeObject
    const objects = [...without('CustomResourceDefinition'), pending]
    assert.match((await only('resource', { objects })).message, /not served yet: names clash/u)
  })

  it('names a right that is missing, with what it is for: a failure where the program works with it', async () => {
    const { result, message } = await only('rights', { mayI: (right) => right !== 'create secrets' })
    assert.equal(result, 'fail')
    assert.match(message, /^create secrets in all namespaces is not allowed; needed to /u)
  })

  it('only warns where without the right less is explained', async () => {
    const findings = await about('rights', { mayI: (right) => !right.endsWith(' events') })
    assert.deepEqual(
      findings.map(({ result, message }) => [result, message.split(' is not allowed')[0]]),
      [
        ['warn', 'list events in all namespaces'],
        ['warn', 'watch events in all namespaces'],
      ],
    )
  })

  it('asks for the Lease in the namespace of the program only, and not at all where no leader is elected', async () => {
    const places = new Set<string | undefined>()
    const mayI: Scripted['mayI'] = (right, { namespace }) => {
      if (right.includes('leases')) places.add(namespace)
      return true
    }
    await about('rights', { mayI })
    assert.deepEqual([...places], ['engine'])
    places.clear()
    await about('rights', { mayI, namespace: undefined })
    assert.deepEqual([...places], [])
  })

  it('tells that claims would wait: no default StorageClass, and a profile that names none', async () => {
    const { result, message } = await only('storage', { objects: without('StorageClass') })
    assert.equal(result, 'fail')
    assert.match(message, /profile "default" names none/u)
  })

  it('tells a StorageClass that a profile names and that does not exist', async () => {
    const profiles = [{ ...DEFAULT_PROFILE, storageClassName: 'slow' }]
    const findings = await about('storage', { profiles })
    assert.deepEqual(
      findings.map(({ result }) => result),
      ['fail', 'ok'],
    )
    assert.match(findings[0]?.message ?? '', /profile "default" names StorageClass "slow"/u)
  })

  it('warns of several default StorageClasses, and needs none when every profile names one', async () => {
    const objects = [...WELL, storageClass('slow', true)]
    assert.match((await only('storage', { objects })).message, /\(fast, slow\)/u)
    const named = [{ ...DEFAULT_PROFILE, storageClassName: 'slow' }]
    const none = [...without('StorageClass'), storageClass('slow', false)]
    assert.equal((await only('storage', { objects: none, profiles: named })).result, 'ok')
  })

  it('warns where the Gateway API is missing or too old', async () => {
    assert.match((await only('gateway', { gateway: undefined })).message, /not installed/u)
    assert.match((await only('gateway', { gateway: ['v1beta1'] })).message, /without v1/u)
  })

  it('warns of a Gateway that there is not, or that takes no route of a participant', async () => {
    const gone = await only('gateway', { objects: without('Gateway') })
    assert.match(gone.message, /^Gateway gateway\/public, which profile "default" names, does not exist/u)
    const closed = await only('gateway', { objects: [...without('Gateway'), gatewayFor('Same')] })
    assert.equal(closed.result, 'warn')
    assert.match(closed.message, /takes no route from another namespace/u)
    const gateway = { namespace: 'gateway', name: 'public', sectionName: 'http' }
    const other = await only('gateway', { profiles: [profileWith({ gateway })] })
    assert.match(other.message, /^Gateway gateway\/public, listener http takes no route/u)
  })

  it('warns of an Ingress class that there is not, and asks for nothing where no routes are wanted', async () => {
    const named = await only('gateway', {
      profiles: [profileWith({ kind: 'ingress', ingressClassName: 'nginx' })],
    })
    assert.match(named.message, /^IngressClass "nginx", which profile "default" names, does not exist/u)
    const unnamed = { profiles: [profileWith({ kind: 'ingress' })] }
    assert.match((await only('gateway', unnamed)).message, /^no IngressClass is the default/u)
    const metadata = { name: 'nginx', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } }
    const objects = [...WELL, { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata }]
    assert.equal((await only('gateway', { ...unnamed, objects })).result, 'ok')
    const none = await only('gateway', { profiles: [profileWith({ kind: 'none' })], gateway: undefined })
    assert.equal(none.result, 'ok')
  })

  it('warns of a namespace that does not enforce restricted, or that there is not', async () => {
    const lax = { ...NAMESPACE, metadata: { name: 'engine', labels: {} } }
    const { result, next } = await only('pod security', { objects: [...without('Namespace'), lax] })
    assert.equal(result, 'warn')
    assert.equal(next, 'kubectl label namespace engine pod-security.kubernetes.io/enforce=restricted')
    const gone = await only('pod security', { objects: without('Namespace') })
    assert.match(gone.message, /no namespace "engine"/u)
  })

  it('warns of a quota that is used up, however its amounts are written', async () => {
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small', namespace: 'engine' },
      status: { hard: { pods: '4', 'limits.cpu': '2' }, used: { pods: '1', 'limits.cpu': '2000m' } },
    }
    const { result, message } = await only('quota', { objects: [...WELL, quota] })
    assert.equal(result, 'warn')
    assert.match(message, /"small" is used up: limits\.cpu 2 of 2/u)
  })

  it('does not fail for what the account may not look at, but does for a server that breaks off', async () => {
    const errors = { StorageClass: refusal(403, 'Forbidden'), ResourceQuota: new UnavailableError('reset') }
    assert.equal((await only('storage', { errors })).result, 'warn')
    assert.equal((await only('quota', { errors })).result, 'fail')
  })
})
