/** Built-in kinds over HTTP: defaults, and the validation that a product trips over. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  configMap,
  CONFIG_MAPS,
  deployment,
  DEPLOYMENTS,
  MERGE,
  openTestServer,
  type Reply,
} from './for-tests.ts'

const HOME = '/api/v1/namespaces/default'
const STATEFUL_SETS = '/apis/apps/v1/namespaces/default/statefulsets'

function causesOf({ code, body }: Reply): readonly string[] {
  assert.equal(code, 422)
  return body.details.causes.map(({ field, message }) => `${field}: ${message}`)
}

function secret(rest: object): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, ...rest }
}

function claim(storage: string, rest: object = {}): object {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...rest }
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec }
}

function service(spec: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { selector: { app: 'x' }, ...spec },
  }
}

describe('built-in kinds on the built-in API server', () => {
  it('fills a Deployment up with what the real API server writes into it', async () => {
    await using api = await openTestServer()
    const { body } = await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:1'))
    const { template, selector: _, ...rest } = body.spec
    assert.deepEqual(rest, {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    })
    assert.deepEqual((template as { spec: unknown }).spec, {
      containers: [
        {
          name: 'main',
          image: 'web:1',
          imagePullPolicy: 'IfNotPresent',
          resources: {},
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        },
      ],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
    })
  })

  it('drops what is null, also in lists: the Go types of built-in kinds have no null', async () => {
    await using api = await openTestServer()
    const container = { name: 'main', image: 'web:1', startupProbe: null, env: [{ name: 'A', value: null }] }
    const template = { metadata: { labels: { app: 'd' } }, spec: { containers: [container] } }
    const { body } = await api.call('POST', DEPLOYMENTS, { body: deployment('d', '', { template }) })
    const { spec } = body.spec['template'] as { readonly spec: { readonly containers: readonly object[] } }
    assert.ok(!JSON.stringify(spec.containers).includes('null'))
    assert.ok(!('startupProbe' in (spec.containers[0] ?? {})))
  })

  it('writes quantities in canonical form', async () => {
    await using api = await openTestServer()
    const { body } = await api.apply(`${HOME}/persistentvolumeclaims/c`, claim('2048Mi'))
    assert.deepEqual(body.spec['resources'], { requests: { storage: '2Gi' } })
    const wrong = await api.apply(`${HOME}/persistentvolumeclaims/d`, claim('2 Gi'))
    assert.ok(wrong.code >= 400)
  })

  it('refuses workloads that cannot run: no selector, no image, an unknown volume, more asked than allowed', async () => {
    await using api = await openTestServer()
    const apply = async (container: object, rest: object = {}): Promise<readonly string[]> => {
      const template = { metadata: { labels: { app: 'd' } }, spec: { containers: [container] } }
      return causesOf(await api.apply(`${DEPLOYMENTS}/d`, deployment('d', '', { template, ...rest })))
    }
    const path = 'spec.template.spec.containers[0]'
    const fine = { name: 'main', image: 'web:1' }
    assert.deepEqual(await apply({ name: 'main' }), [`${path}.image: Required value`])
    assert.deepEqual(await apply({ ...fine, volumeMounts: [{ name: 'v', mountPath: '/v' }] }), [
      `${path}.volumeMounts[0].name: Not found: "v"`,
    ])
    const resources = { requests: { memory: '1Gi' }, limits: { memory: '512Mi' } }
    assert.deepEqual(await apply({ ...fine, resources }), [
      `${path}.resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 512Mi`,
    ])
    const [first] = await apply(fine, { selector: { matchLabels: { app: 'other' } } })
    assert.match(first ?? '', /`selector` does not match template `labels`/u)
  })

  it('never lets the selector of a Deployment change', async () => {
    await using api = await openTestServer()
    await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:1'))
    const labels = { app: 'd', more: 'x' }
    const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1' }] } }
    const changed = deployment('d', 'web:1', { selector: { matchLabels: labels }, template })
    const [cause] = causesOf(await api.apply(`${DEPLOYMENTS}/d`, changed))
    assert.match(cause ?? '', /^spec\.selector: .*field is immutable$/u)
  })

  it('refuses Recreate while the parameters of a rolling update are still there', async () => {
    await using api = await openTestServer()
    await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:1'))
    const reply = await api.apply(
      `${DEPLOYMENTS}/d`,
      deployment('d', 'web:1', { strategy: { type: 'Recreate' } }),
    )
    assert.deepEqual(causesOf(reply), [
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ])
  })

  it('lets only few fields of a StatefulSet change', async () => {
    await using api = await openTestServer()
    const set = (spec: object): object => {
      return { ...deployment('s', 'db:1', { serviceName: 's', ...spec }), kind: 'StatefulSet' }
    }
    const created = await api.apply(`${STATEFUL_SETS}/s`, set({}))
    assert.equal(created.body.spec['podManagementPolicy'], 'OrderedReady')
    assert.equal((await api.apply(`${STATEFUL_SETS}/s`, set({ replicas: 3 }))).code, 200)
    const [cause] = causesOf(await api.apply(`${STATEFUL_SETS}/s`, set({ serviceName: 'other' })))
    assert.match(cause ?? '', /^spec: Forbidden: updates to statefulset spec for fields other than/u)
  })

  it('turns stringData of a Secret into data and refuses data that is not base64', async () => {
    await using api = await openTestServer()
    const body = secret({ data: { a: 'YQ==' }, stringData: { b: 'ü' } })
    const made = await api.call('POST', `${HOME}/secrets`, { body })
    assert.deepEqual(made.body.data, { a: 'YQ==', b: 'w7w=' })
    assert.equal(made.body['stringData'], undefined)
    const wrong = await api.call('PUT', `${HOME}/secrets/s`, { body: secret({ data: { a: '***' } }) })
    assert.equal(wrong.code, 400)
  })

  it('keeps immutable Secrets and ConfigMaps as they are, but for their metadata', async () => {
    await using api = await openTestServer()
    await api.call('POST', CONFIG_MAPS, { body: { ...configMap('a', { x: '1' }), immutable: true } })
    const patch = (body: object): Promise<Reply> =>
      api.call('PATCH', `${CONFIG_MAPS}/a`, { body, type: MERGE })
    assert.deepEqual(causesOf(await patch({ data: { x: '2' } })), [
      'data: Forbidden: field is immutable when `immutable` is set',
    ])
    assert.equal((await patch({ immutable: false })).code, 422)
    assert.equal((await patch({ metadata: { labels: { a: 'b' } } })).code, 200)
  })

  it('lets a claim grow once it is bound, and never shrink', async () => {
    await using api = await openTestServer()
    const path = `${HOME}/persistentvolumeclaims/c`
    await api.apply(path, claim('1Gi'))
    assert.equal((await api.apply(path, claim('2Gi'))).code, 422)
    await api.call('PATCH', `${path}/status`, { body: { status: { phase: 'Bound' } }, type: MERGE })
    assert.equal((await api.apply(path, claim('2Gi'))).code, 200)
    assert.deepEqual(causesOf(await api.apply(path, claim('1Gi'))), [
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    ])
    assert.equal((await api.apply(path, claim('2Gi', { accessModes: ['ReadWriteMany'] }))).code, 422)
  })

  it('gives a Service an address of its own that stays', async () => {
    await using api = await openTestServer()
    const path = `${HOME}/services/s`
    const made = await api.apply(path, service({ ports: [{ port: 80 }] }))
    const { clusterIP } = made.body.spec
    assert.match(String(clusterIP), /^10\.96\./u)
    assert.deepEqual(made.body.spec['ports'], [{ port: 80, protocol: 'TCP', targetPort: 80 }])
    const moved = await api.apply(path, service({ ports: [{ port: 80 }], clusterIP: '10.96.9.9' }))
    assert.equal(causesOf(moved).length, 1)
    const put = await api.call('PUT', path, { body: service({ ports: [{ port: 81 }] }) })
    assert.equal(put.body.spec['clusterIP'], clusterIP)
  })

  it('refuses a Service without ports, and with several that have no names', async () => {
    await using api = await openTestServer()
    const apply = (spec: object): Promise<Reply> => api.apply(`${HOME}/services/s`, service(spec))
    assert.deepEqual(causesOf(await apply({})), ['spec.ports: Required value'])
    assert.equal(causesOf(await apply({ ports: [{ port: 1 }, { port: 2 }] })).length, 2)
    assert.equal((await apply({ clusterIP: 'None' })).code, 201)
  })

  it('scales through the scale subresource', async () => {
    await using api = await openTestServer()
    await api.apply(`${DEPLOYMENTS}/d`, deployment('d', 'web:1'))
    const { body } = await api.call('PATCH', `${DEPLOYMENTS}/d/scale`, {
      body: { spec: { replicas: 4 } },
      type: MERGE,
    })
    assert.deepEqual([body.kind, body.spec], ['Scale', { replicas: 4 }])
    assert.equal((await api.call('GET', `${DEPLOYMENTS}/d`)).body.spec['replicas'], 4)
  })

  it('stores kinds that have no controller', async () => {
    await using api = await openTestServer()
    const spec = { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'p' },
      spec,
    }
    const path = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/p'
    const { code, body } = await api.apply(path, policy)
    assert.equal(code, 201)
    assert.deepEqual(body.spec, { ...spec, policyTypes: ['Ingress'] })
  })
})
