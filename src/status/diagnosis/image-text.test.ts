import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readPullFailure } from './image-text.ts'

const IMAGE = 'registry.example/edc/controlplane:9'

interface Case {
  readonly said: string
  readonly text: string
}

const PERMANENT: readonly Case[] = [
  {
    said: `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${IMAGE}: not found`,
    text: 'not found',
  },
  {
    said: `Back-off pulling image "${IMAGE}": ErrImagePull: rpc error: code = NotFound desc = ${IMAGE}: not found`,
    text: 'not found',
  },
  {
    said: `rpc error: code = Unknown desc = Error response from daemon: manifest for ${IMAGE} not found: manifest unknown: manifest unknown`,
    text: `manifest for ${IMAGE} not found: manifest unknown`,
  },
  {
    said: 'rpc error: code = NotFound desc = reading manifest 9 in registry.example/edc/controlplane: manifest unknown',
    text: 'manifest unknown',
  },
  {
    said: 'initializing source docker://registry.example/edc/controlplane:9: reading manifest 9 in registry.example/edc/controlplane: name unknown: repository edc not found',
    text: 'name unknown: repository edc not found',
  },
  {
    said: 'Error response from daemon: pull access denied for edc, repository does not exist or may require authorization',
    text: 'pull access denied for edc, repository does not exist or may require authorization',
  },
  {
    said: 'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.example/token?scope=x: 401 Unauthorized',
    text: 'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.example/token?scope=x: 401 Unauthorized',
  },
  {
    said: 'Get "https://registry.example/v2/edc/controlplane/manifests/9": no basic auth credentials',
    text: 'Get "https://registry.example/v2/edc/controlplane/manifests/9": no basic auth credentials',
  },
  {
    said: `failed to pull and unpack image "${IMAGE}": no match for platform in manifest: not found`,
    text: 'no match for platform in manifest: not found',
  },
  {
    said: 'no matching manifest for linux/arm64/v8 in the manifest list entries',
    text: 'no matching manifest for linux/arm64/v8 in the manifest list entries',
  },
  { said: `failed to pull image "${IMAGE}": invalid reference format`, text: 'invalid reference format' },
  {
    said: `failed to resolve reference "${IMAGE}": unexpected status from HEAD request to https://registry.example/v2/timeout/manifests/429: 403 Forbidden`,
    text: 'unexpected status from HEAD request to https://registry.example/v2/timeout/manifests/429: 403 Forbidden',
  },
]

const PASSING: readonly Case[] = [
  {
    said: `failed to do request: Head "https://registry.example/v2/": dial tcp 10.0.0.1:443: i/o timeout`,
    text: 'Head "https://registry.example/v2/": dial tcp 10.0.0.1:443: i/o timeout',
  },
  {
    said: 'dial tcp: lookup registry.example on 10.96.0.10:53: no such host',
    text: 'dial tcp: lookup registry.example on 10.96.0.10:53: no such host',
  },
  { said: 'net/http: TLS handshake timeout', text: 'net/http: TLS handshake timeout' },
  {
    said: 'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    text: 'tls: failed to verify certificate: x509: certificate signed by unknown authority',
  },
  {
    said: '429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit',
    text: '429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit',
  },
  {
    said: 'net/http: request canceled while waiting for connection',
    text: 'net/http: request canceled while waiting for connection',
  },
  {
    said: 'received unexpected HTTP status: 503 Service Unavailable',
    text: 'received unexpected HTTP status: 503 Service Unavailable',
  },
  {
    said: 'failed to fetch oauth token: unexpected status: 502 Bad Gateway: access denied',
    text: 'failed to fetch oauth token: unexpected status: 502 Bad Gateway: access denied',
  },
  { said: 'something that nobody has seen before', text: 'something that nobody has seen before' },
  { said: `Back-off pulling image "${IMAGE}"`, text: '' },
  { said: '', text: '' },
]

describe('why an image could not be pulled', () => {
  for (const { said, text } of PERMANENT)
    it(`does not pass: ${text.slice(0, 80)}`, () =>
      assert.deepEqual(readPullFailure(said, IMAGE), { text, permanent: true }))

  for (const { said, text } of PASSING)
    it(`may pass: ${text === '' ? `"${said}"` : text.slice(0, 80)}`, () =>
      assert.deepEqual(readPullFailure(said, IMAGE), { text, permanent: false }))

  it('is not judged by the name of the image', () => {
    const image = 'registry.example/not-found/timeout:denied'
    assert.equal(readPullFailure(`failed to pull image "${image}": EOF`, image).permanent, false)
    assert.equal(readPullFailure(`${image}: manifest unknown`, image).permanent, true)
  })

  it('is found in the name that the runtime gives to an image of Docker Hub', () => {
    assert.equal(readPullFailure('docker.io/library/edc:latest: not found', 'edc').text, 'not found')
  })

  it('is one short line, whatever was said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), fc.string(), (said, image) => {
        const { text } = readPullFailure(said, image)
        assert.ok(text.length <= 200)
        assert.doesNotMatch(text, /\n/)
      }),
    )
  })
})
