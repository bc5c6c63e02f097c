import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Container, PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { COMPONENTS } from '../model/participant.ts'
import { DEFAULT_PROFILE } from './default-profile.ts'
import { type ManifestInput, renderManifests, renderSecrets } from './manifests.ts'

const input: ManifestInput = {
  name: 'acme',
  uid: 'uid',
  profile: DEFAULT_PROFILE,
  spec: {
    did: 'did:web:acme.example',
    host: 'dataspace.example',
    mode: 'Managed',
    profile: 'default',
    suspended: false,
    deletionPolicy: 'Delete',
  },
}
const { namespace, policies, storage, workloads, routes } = renderManifests(input)
const objects: readonly KubeObject[] = [namespace, ...policies, ...storage, ...workloads, ...routes.objects]
const secrets = renderSecrets(input, () => 'x') as readonly (KubeObject & { readonly stringData: object })[]

interface Workload extends KubeObject {
  readonly spec: { readonly template: PodTemplateSpec }
}
const pods = workloads
  .filter((object): object is Workload => object.kind === 'Deployment' || object.kind === 'StatefulSet')
  .map(({ metadata, spec: { template } }) => ({ name: metadata.name, template, spec: template.spec }))
const serving: readonly Container[] = pods.flatMap(({ spec }) => spec?.containers ?? [])
const preparing: readonly Container[] = pods.flatMap(({ spec }) => spec?.initContainers ?? [])
const containers: readonly Container[] = [...preparing, ...serving]

interface Field {
  readonly path: string
  readonly value: unknown
}
function fieldsOf(value: unknown, path: string): readonly Field[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }]
  return [
    { path, value },
    ...Object.entries(value).flatMap(([key, child]) => fieldsOf(child, `${path}.${key}`)),
  ]
}
const fields = objects.flatMap((object) => fieldsOf(object, object.kind))
const withName = (name: RegExp): readonly Field[] => fields.filter(({ path }) => name.test(path))

describe('the pods of a participant', () => {
  it('are looked at at all: one per component', () => {
    assert.deepEqual(
      pods.map(({ name }) => name),
      COMPONENTS,
    )
    assert.equal(serving.length, COMPONENTS.length)
    assert.deepEqual(
      preparing.map(({ name }) => name),
      ['databases'],
    )
  })

  it('live in a namespace that enforces, audits and warns by Pod Security restricted, of a pinned version', () => {
    const { labels = {} } = namespace.metadata
    for (const mode of ['enforce', 'audit', 'warn']) {
      assert.equal(labels[`pod-security.kubernetes.io/${mode}`], 'restricted')
      assert.match(labels[`pod-security.kubernetes.io/${mode}-version`] ?? '', /^v1\.\d+$/u)
    }
  })

  for (const { name, spec } of pods)
    it(`of ${name} run as nobody in particular, without a token and without the variables of Services`, () => {
      assert.equal(spec?.securityContext?.runAsNonRoot, true)
      assert.ok((spec.securityContext.runAsUser ?? 0) > 0)
      assert.deepEqual(spec.securityContext.seccompProfile, { type: 'RuntimeDefault' })
      assert.equal(spec.serviceAccountName, name)
      assert.equal(spec.automountServiceAccountToken, false)
      assert.equal(spec.enableServiceLinks, false)
    })

  for (const container of containers)
    it(`of ${container.name} have no rights, a read-only root and limits`, () => {
      const { securityContext, resources, volumeMounts = [] } = container
      assert.equal(securityContext?.allowPrivilegeEscalation, false)
      assert.equal(securityContext.readOnlyRootFilesystem, true)
      assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] })
      for (const amount of ['cpu', 'memory']) {
        assert.ok(resources?.limits?.[amount])
        assert.ok(resources.requests?.[amount])
      }
      assert.ok(volumeMounts.some(({ mountPath }) => mountPath === '/tmp'))
    })

  it('have all three probes where they serve, of ports that they have', () => {
    for (const { ports = [], startupProbe, readinessProbe, livenessProbe } of serving)
      for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
        assert.ok(probe)
        if (probe.httpGet) assert.ok(ports.some(({ name }) => name === probe.httpGet?.port))
        else assert.equal(probe.exec?.command?.[0], 'pg_isready')
      }
  })

  it('mount only volumes that they have, and have no other', () => {
    for (const { spec } of pods) {
      const volumes = (spec?.volumes ?? []).map(({ name }) => name)
      const mounted = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].flatMap(
        ({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name),
      )
      assert.deepEqual([...new Set(mounted)].toSorted(), volumes.toSorted())
    }
  })

  it('that serve the network mount no Secret: PostgreSQL is given its passwords before', () => {
    const secretVolumes = new Set(
      pods.flatMap(({ spec }) => spec?.volumes ?? []).flatMap(({ name, secret }) => (secret ? [name] : [])),
    )
    assert.ok(secretVolumes.size > 0)
    for (const { volumeMounts = [] } of serving)
      assert.ok(volumeMounts.every(({ name }) => !secretVolumes.has(name)))
  })

  it('refer only to what is rendered', () => {
    const volumes = pods.flatMap(({ spec }) => spec?.volumes ?? [])
    const secretVolumes = volumes.flatMap(({ secret }) => (secret === undefined ? [] : [secret]))
    const secretKeys = [
      ...containers.flatMap(({ env = [] }) => env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? [])),
      ...secretVolumes.flatMap(({ secretName, items = [] }) =>
        items.map(({ key }) => ({ name: secretName, key })),
      ),
    ]
    const others = [
      ...containers.flatMap(({ envFrom = [] }) =>
        envFrom.map(({ configMapRef }) => `ConfigMap/${configMapRef?.name}`),
      ),
      ...volumes.flatMap(({ configMap }) => (configMap === undefined ? [] : [`ConfigMap/${configMap.name}`])),
      ...volumes.flatMap(({ persistentVolumeClaim: claim }) =>
        claim === undefined ? [] : [`PersistentVolumeClaim/${claim.claimName}`],
      ),
    ]
    assert.ok(secretKeys.length > 0)
    assert.ok(others.length > 0)
    for (const { name, key } of secretKeys) {
      const secret = secrets.find(({ metadata }) => metadata.name === name)
      assert.ok(secret && Object.hasOwn(secret.stringData, key), `${name}/${key}`)
    }
    const known = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`))
    assert.deepEqual(
      others.filter((ref) => !known.has(ref)),
      [],
    )
  })
})

describe('the objects of a participant', () => {
  it('run images of a fixed version only', () => {
    const images = withName(/\.image$/u).map(({ value }) => String(value))
    assert.equal(images.length, containers.length)
    for (const image of images) {
      assert.match(image, /^[a-z][a-z/-]*:\d+(\.\d+)+$/u, 'no registry host, no moving tag')
      assert.doesNotMatch(image, /latest/u)
    }
  })

  it('open nothing to the outside and no debugger', () => {
    assert.deepEqual(
      withName(/\.(nodePort|hostPort|hostNetwork|hostPID|hostIPC|hostPath|externalIPs|loadBalancerIP)$/u),
      [],
    )
    for (const { value } of withName(/^Service\.spec\.type$/u)) assert.equal(value, 'ClusterIP')
    assert.doesNotMatch(
      JSON.stringify([...storage, ...workloads]),
      /jdwp|agentlib|NodePort|LoadBalancer|JAVA_TOOL_OPTIONS/iu,
    )
  })

  it('carry no secret value: whatever sounds like one is a reference, a file, or the name of a key', () => {
    const telling = /pass(word|wd)|secret|token|apikey|api-key|(auth|superuser|private)[._-]?key/iu
    const data = withName(/^ConfigMap\.data$/u).flatMap(({ value }) => Object.keys(value ?? {}))
    const env = containers
      .flatMap((container) => container.env ?? [])
      .filter(({ value }) => value !== undefined)
    const literals = [...data, ...env.map(({ name }) => name)].filter((name) => telling.test(name))
    assert.deepEqual([...new Set(literals)].toSorted(), [
      'EDC_IAM_ACCESSTOKEN_JTI_VALIDATION',
      'EDC_IAM_STS_OAUTH_CLIENT_SECRET_ALIAS',
      'EDC_IAM_STS_OAUTH_TOKEN_URL',
      'EDC_TRANSFER_PROXY_TOKEN_SIGNER_PRIVATEKEY_ALIAS',
      'EDC_TRANSFER_PROXY_TOKEN_VERIFIER_PUBLICKEY_ALIAS',
    ])
    for (const { args = [], command = [] } of containers)
      assert.doesNotMatch([...args, ...command].join(' '), telling)
  })
})
