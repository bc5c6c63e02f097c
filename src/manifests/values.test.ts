import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DID_PATTERN, faultOfDid } from '../model/did.ts'
import { HOST_PATTERN, readHost } from '../model/host.ts'
import type { KubeObject } from '../model/kubernetes.ts'
import { faultOfName, NAME_MAX_LENGTH, NAME_PATTERN } from '../model/names.ts'
import { DEFAULT_PROFILE } from './default-profile.ts'
import { type ManifestInput, renderManifests, renderSecrets } from './manifests.ts'

const names = fc
  .oneof(
    fc.stringMatching(new RegExp(NAME_PATTERN, 'u'), { maxLength: NAME_MAX_LENGTH }),
    fc.constantFrom(
      'select',
      '1a',
      'acme-corp',
      'a---b',
      'null',
      'true',
      '0',
      'postgres',
      'vault',
      'controlplane',
    ),
  )
  .filter((name) => faultOfName(name, []) === undefined)
const dids = fc
  .oneof(
    fc.stringMatching(new RegExp(DID_PATTERN, 'u')),
    fc.constantFrom('did:web:a%22b', 'did:web:%FF%0A', 'did:web:x%3A1:y'),
  )
  .filter((did) => faultOfDid(did) === undefined)
const hosts = fc
  .oneof(
    fc.stringMatching(new RegExp(HOST_PATTERN, 'u')),
    fc.constantFrom('localhost', '10.0.0.1', '[::1]:80'),
  )
  .filter((host) => readHost(host).ok)

function everythingFor(name: string, did: string, host: string): readonly KubeObject[] {
  const input: ManifestInput = {
    name,
    uid: 'uid',
    profile: DEFAULT_PROFILE,
    spec: { did, host, mode: 'Managed', profile: 'default', suspended: false, deletionPolicy: 'Delete' },
  }
  const { namespace, policies, storage, workloads, routes } = renderManifests(input)
  const secrets = renderSecrets(input, () => 'random')
  return [namespace, ...policies, ...secrets, ...storage, ...workloads, ...routes.objects]
}

/** Each field that holds something of this participant, and nothing else, by its path. */
type Leaves = ReadonlyMap<string, unknown>
function leavesOf(value: unknown, path: string, into: Map<string, unknown>): Leaves {
  if (typeof value !== 'object' || value === null) into.set(path, value)
  else for (const [key, child] of Object.entries(value)) leavesOf(child, `${path}/${key}`, into)
  return into
}
const leaves = (objects: readonly KubeObject[]): Leaves => leavesOf(objects, '', new Map())

/** An address has no names below it: there the route tells participants apart by their paths. */
const referenceFor = (host: string): Leaves =>
  leaves(
    everythingFor('reference', 'did:web:reference.example', isAddress(host) ? '10.0.0.1' : 'host.example'),
  )
const isAddress = (host: string): boolean => /^(\[|[0-9.]+(:|$))/u.test(host)

/** The only fields that may tell one participant from another. */
const ALLOWED = new RegExp(
  [
    String.raw`^/\d+/metadata/namespace$`,
    '^/0/metadata/name$',
    String.raw`/labels/(app\.kubernetes\.io/instance|dataspaces\.dev/participant)$`,
    String.raw`/(selector|matchLabels)/dataspaces\.dev/participant$`,
    '/data/EDC_(PARTICIPANT_ID|PARTICIPANT_CONTEXT_ID|DSP_CALLBACK_ADDRESS|IAM_ISSUER_ID|IAM_DID_WEB_USE_HTTPS)$',
    '/data/EDC_IAM_STS_OAUTH_CLIENT_(ID|SECRET_ALIAS)$',
    '/spec/hostnames/0$',
    '/spec/rules/[0-9]/matches/0/path/value$',
    // A digest of the settings above.
    '/template/metadata/annotations/dataspaces.dev/settings$',
  ].join('|'),
  'u',
)

describe('name, DID and host of a participant', () => {
  it('change only the fields that are theirs, whatever they are', () => {
    fc.assert(
      fc.property(names, dids, hosts, (name, did, host) => {
        const rendered = leaves(everythingFor(name, did, host))
        const reference = referenceFor(host)
        assert.deepEqual([...rendered.keys()], [...reference.keys()], 'the same objects with the same fields')
        for (const [path, value] of rendered)
          if (!ALLOWED.test(path)) assert.deepEqual(value, reference.get(path), path)
      }),
    )
  })

  it('stand in their fields as they are', () => {
    fc.assert(
      fc.property(names, dids, (name, did) => {
        const objects = everythingFor(name, did, 'localhost')
        const settings = objects.find(
          ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'controlplane-settings',
        )
        const { data } = settings as KubeObject & { readonly data: Readonly<Record<string, string>> }
        assert.equal(data['EDC_PARTICIPANT_ID'], did)
        assert.equal(data['EDC_PARTICIPANT_CONTEXT_ID'], name)
        assert.equal(objects[0]?.metadata.name, name)
      }),
    )
  })
})
