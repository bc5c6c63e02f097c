import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Document, parse } from 'yaml'
import { SpecError } from '../model/errors.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { COMPONENTS } from '../model/participant.ts'
import type { Profile } from '../model/profile.ts'
import { DEFAULT_PROFILE } from './default-profile.ts'
import { type ManifestInput, objectRefs, renderManifests, renderSecrets } from './manifests.ts'

const testdata = fileURLToPath(new URL('testdata/', import.meta.url))

function inputFrom(file: string): ManifestInput {
  const { profile, ...rest } = parse(readFileSync(testdata + file, 'utf8')) as ManifestInput & {
    readonly profile?: Partial<Profile>
  }
  return { ...rest, profile: { ...DEFAULT_PROFILE, ...profile } }
}

const everythingOf = (input: ManifestInput): readonly KubeObject[] => {
  const { namespace, policies, storage, workloads, routes } = renderManifests(input)
  const numbered = Array.from({ length: 99 }, (_, index) => `generated-${index + 1}`).values()
  const secrets = renderSecrets(input, () => numbered.next().value ?? '')
  return [namespace, ...policies, ...secrets, ...storage, ...workloads, ...routes.objects]
}

const yamlOf = (object: KubeObject): string =>
  new Document(object, { aliasDuplicateObjects: false }).toString({ lineWidth: 0, singleQuote: true })

const plain = inputFrom('plain.input.yaml')

describe('the manifests of a participant', () => {
  for (const file of readdirSync(testdata).filter((name) => name.endsWith('.input.yaml')))
    it(`are those of ${basename(file, '.input.yaml')}.golden.yaml`, (t) => {
      const golden = everythingOf(inputFrom(file)).map(yamlOf).join('---\n')
      t.assert.fileSnapshot(golden, testdata + file.replace('.input.', '.golden.'), { serializers: [String] })
    })

  it('are the same whenever they are rendered', () => {
    assert.deepEqual(renderManifests(plain), renderManifests(structuredClone(plain)))
  })

  it('come in an order in which nothing is needed before it is there', () => {
    const kinds = renderManifests(plain).workloads.map(({ kind }) => kind)
    assert.deepEqual(
      [...new Set(kinds)],
      ['ServiceAccount', 'ConfigMap', 'Service', 'StatefulSet', 'Deployment'],
    )
  })

  it('have a workload of its own name for each component', () => {
    const workloads = renderManifests(plain).workloads.filter(({ kind }) =>
      /Deployment|StatefulSet/u.test(kind),
    )
    assert.deepEqual(
      workloads.map(({ metadata }) => metadata.name),
      COMPONENTS,
    )
  })

  it('say which participant and component everything belongs to', () => {
    for (const { kind, metadata } of everythingOf(plain)) {
      const { labels = {} } = metadata
      assert.equal(labels['dataspaces.dev/participant'], 'acme', kind)
      assert.equal(labels['app.kubernetes.io/managed-by'], 'dataspace-provisioner')
      assert.equal(labels['app.kubernetes.io/instance'], 'acme')
      assert.ok(labels['app.kubernetes.io/part-of'])
      if (kind === 'Namespace') continue
      assert.equal(metadata.namespace, 'acme')
      assert.equal(
        ['participant', ...COMPONENTS].some((name) => name === labels['app.kubernetes.io/component']),
        true,
        metadata.name,
      )
    }
  })

  it('mark the namespace with the uid of the Participant, so that a namesake does not take it over', () => {
    const { namespace } = renderManifests(plain)
    assert.deepEqual(namespace.metadata.annotations, { 'dataspaces.dev/participant-uid': plain.uid })
  })

  it('have no two objects of one kind and name', () => {
    const keys = everythingOf(plain).map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    assert.equal(new Set(keys).size, keys.length)
  })

  it('refuse a profile that does not say how much a component stores, and say where to set it', () => {
    const { storage: _, ...vault } = DEFAULT_PROFILE.components.vault
    const profile = { ...DEFAULT_PROFILE, components: { ...DEFAULT_PROFILE.components, vault } }
    assert.throws(
      () => renderManifests({ ...plain, profile }),
      (error) => error instanceof SpecError && /components\.vault\.storage/u.test(error.message),
    )
    const components = { vault: { storage: '1Gi' } }
    assert.doesNotThrow(() => renderManifests({ ...plain, profile, spec: { ...plain.spec, components } }))
  })
})

describe('the names and kinds shown to callers', () => {
  it('are those of everything that is rendered, nothing more and nothing less', () => {
    const refs = objectRefs(plain).map(({ kind, name }) => `${kind}/${name}`)
    const rendered = everythingOf(plain).map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    assert.deepEqual(refs.toSorted(), rendered.toSorted())
  })

  it('begin with the namespace and the workloads, so that those get the plain names', () => {
    assert.deepEqual(
      objectRefs(plain)
        .slice(0, 6)
        .map(({ kind, name }) => `${kind}/${name}`),
      [
        'Namespace/acme',
        'StatefulSet/postgres',
        'StatefulSet/vault',
        'Deployment/identityhub',
        'Deployment/controlplane',
        'Deployment/dataplane',
      ],
    )
  })
})

describe('the secrets of a participant', () => {
  const made: string[] = []
  const newSecret = (): string => {
    const value = randomBytes(32).toString('base64url')
    made.push(value)
    return value
  }
  const secrets = renderSecrets(plain, newSecret) as readonly (KubeObject & {
    readonly stringData: Readonly<Record<string, string>>
  })[]
  const values = secrets.flatMap(({ stringData }) => Object.values(stringData))

  it('hold 256 random bits each and no value twice', () => {
    assert.ok(values.length > 0)
    for (const value of values)
      assert.ok(
        made.some((random) => value.includes(random)),
        'a value that is not random',
      )
    assert.equal(new Set(made).size, made.length)
    assert.equal(new Set(values).size, values.length)
  })

  it('hold each random value in one Secret only, so that two can never disagree', () => {
    for (const random of made) {
      const holders = secrets.filter(({ stringData }) => JSON.stringify(stringData).includes(random))
      assert.equal(holders.length, 1)
    }
  })

  it('have the password of each runtime in the file that its role is given it from, and under the key that it reads', () => {
    const { workloads } = renderManifests(plain)
    const keys = Object.keys(
      secrets.find(({ metadata }) => metadata.name === 'postgres-credentials')?.stringData ?? {},
    )
    const sql = JSON.stringify(workloads.find(({ metadata }) => metadata.name === 'postgres-settings'))
    for (const runtime of ['controlplane', 'dataplane', 'identityhub']) {
      const key = `${runtime}-password`
      assert.ok(keys.includes(key))
      assert.ok(
        sql.includes(
          `format('ALTER ROLE %I PASSWORD %L', '${runtime}', pg_read_file(:'credentials' || '/${key}'))`,
        ),
      )
      const deployment = workloads.find(
        ({ kind, metadata }) => kind === 'Deployment' && metadata.name === runtime,
      )
      assert.ok(JSON.stringify(deployment).includes(`{"name":"postgres-credentials","key":"${key}"}`))
    }
  })

  it('never bring the name of the participant, or a value, into what is run', () => {
    const named = renderManifests({ ...plain, name: 'drop-table' }).workloads.find(
      ({ metadata }) => metadata.name === 'postgres-settings',
    )
    const before = renderManifests(plain).workloads.find(
      ({ metadata }) => metadata.name === 'postgres-settings',
    )
    assert.deepEqual({ ...named, metadata: {} }, { ...before, metadata: {} })
  })

  it('bear the request for new values that they answer to, and nothing when there is none', () => {
    const annotations = (rotation: object): readonly unknown[] =>
      renderSecrets({ ...plain, ...rotation }, newSecret).map(({ metadata }) => metadata.annotations)
    assert.deepEqual(annotations({}), [undefined, undefined, undefined])
    const mark = { 'dataspaces.dev/rotation': 'after the leak' }
    assert.deepEqual(annotations({ rotation: 'after the leak' }), [mark, mark, mark])
  })

  it('give the first administrator of the identity hub a key of the form that EDC asks for', () => {
    const key = secrets.find(({ metadata }) => metadata.name === 'identityhub-credentials')?.stringData[
      'superuser-api-key'
    ]
    assert.equal(Buffer.from(key?.split('.')[0] ?? '', 'base64').toString(), 'super-user')
  })
})
