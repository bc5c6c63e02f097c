import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { maskSecrets } from './mask.ts'

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhY21lIn0.c2lnbmF0dXJl'

/** What a text says, and what is told of it. */
const masked: Readonly<Record<string, readonly [said: string, told: string]>> = {
  'the user of a registry': [
    'toomanyrequests: You have reached your pull rate limit as bob. You may increase the limit',
    'toomanyrequests: You have reached your pull rate limit as ***. You may increase the limit',
  ],
  'the quoted user of a registry and the token after it': [
    `You have reached your pull rate limit as 'bob': dckr_jti_S3cr3t-value=. You may increase the limit`,
    'You have reached your pull rate limit as ***. You may increase the limit',
  ],
  'user and password of a URL': [
    'Get "https://bob:hunter2@registry.example/v2/": EOF',
    'Get "https://***@registry.example/v2/": EOF',
  ],
  'a token in the place of a user': ['clone https://ghs_abc@github.com/x', 'clone https://***@github.com/x'],
  'a PostgreSQL URL': [
    'cannot connect to postgres://acme:hunter2@postgres:5432/edc',
    'cannot connect to postgres://***@postgres:5432/edc',
  ],
  'a password with a slash in a URL': ['postgresql://acme:hun/ter2@db/edc', 'postgresql://***@db/edc'],
  'the password of a JDBC URL': [
    'jdbc:postgresql://db:5432/edc?user=acme&password=hunter2&ssl=true',
    'jdbc:postgresql://db:5432/edc?user=acme&password=***&ssl=true',
  ],
  'the password of a connection string': [
    'host=db user=acme password=hunter2 dbname=edc',
    'host=db user=acme password=*** dbname=edc',
  ],
  'a quoted password with spaces': ['password="hunter 2", port=1', 'password=***, port=1'],
  'a password in JSON': [
    '{"user":"acme","password":"hunter2","port":1}',
    '{"user":"acme","password":***,"port":1}',
  ],
  'a password in YAML': ['edc.datasource.password: hunter2', 'edc.datasource.password: ***'],
  'a password on a command line': ['psql --password hunter2 -h db', 'psql --password *** -h db'],
  'a secret of an environment': ['EDC_VAULT_SECRET=abc PORT=1', 'EDC_VAULT_SECRET=*** PORT=1'],
  'a token of a query': ['GET /callback?token=abc123&x=1', 'GET /callback?token=***&x=1'],
  'a secret key of AWS': ['aws_secret_access_key=wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key=***'],
  'the id of a key of AWS': ['key AKIAIOSFODNN7EXAMPLE is not known', 'key *** is not known'],
  'a signed URL': [
    'GET https://s3.example/x?X-Amz-Signature=0a1b2c&y=1',
    'GET https://s3.example/x?X-Amz-Signature=***&y=1',
  ],
  'a bearer token': ['Authorization: Bearer abcdef.123456', 'Authorization: Bearer ***'],
  'basic authentication': ['authorization: Basic Ym9iOmh1bnRlcjI=', 'authorization: Basic ***'],
  'another Authorization header': ['Authorization: ApiKey-12345', 'Authorization: ***'],
  'a JSON Web Token': [`rejected ${JWT}, expired`, 'rejected ***, expired'],
  'a token of the vault': ['vault: hvs.CAESIJ0abcdefghijk denied', 'vault: *** denied'],
  'a private key': [
    '-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----\nrefused',
    '*** refused',
  ],
  'half a private key': ['read -----BEGIN PRIVATE KEY-----\nMHcCAQ', 'read ***'],
}

/** Texts of Kubernetes and of registries in which nothing is secret. */
const harmless: readonly string[] = [
  'Failed to pull image "registry.example:5000/edc/controlplane@sha256:0123abcd": not found',
  'failed to resolve reference "docker://registry.example:5000/edc@sha256:0123": unexpected status: 401',
  'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.docker.io/token?scope=repository%3Aedc%3Apull&service=registry.docker.io: 401 Unauthorized',
  'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope',
  'WWW-Authenticate: Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
  'no basic auth credentials',
  'x509: basic constraints are not valid; Basic authentication is required; the Bearer token is invalid',
  'MountVolume.SetUp failed for volume "config" : secret "controlplane-secrets" not found',
  "couldn't find key password in Secret acme/postgres",
  'FATAL: password authentication failed for user "acme"',
  '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {key: value}.',
  'Readiness probe failed: Get "http://[fd00::1]:8080/api/check/readiness": dial tcp 10.0.0.1:8080: connect: connection refused',
  'pods "x" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=5, limited: pods=5',
  'You have reached your pull rate limit. You may increase the limit by authenticating',
]

const beginnings = [
  'password=',
  'token=',
  '--token ',
  '"secret":',
  'Bearer ',
  'Basic ',
  'Authorization: ',
  'pull rate limit as ',
  'eyJhbGciOi',
  '-----BEGIN PRIVATE KEY-----',
  '://',
  'a:b@',
]
const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(...Object.values(masked).map(([said]) => said)),
  fc.constantFrom(...harmless),
  fc.constantFrom(...beginnings, '"', "'", '@', ':', '***', ' ', '=', '\n'),
)
const anyText = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))

describe('a text that is passed on', () => {
  for (const [what, [said, told]] of Object.entries(masked))
    it(`does not tell ${what}`, () => assert.equal(maskSecrets(said), told))

  for (const text of harmless) it(`keeps: ${text.slice(0, 70)}`, () => assert.equal(maskSecrets(text), text))

  it('is one line without control characters and colours', () => {
    assert.equal(
      maskSecrets('\u001b[31mfailed\u001b[0m\r\n\tat main\u0007\u2028\u202eend\n'),
      'failed at main end',
    )
  })

  it('has at most 1,024 characters, none of them halved', () => {
    const told = maskSecrets('x'.repeat(1022) + '😀'.repeat(9))
    assert.equal(told, `${'x'.repeat(1022)}…`)
    assert.equal(maskSecrets('a '.repeat(100_000)).length <= 1024, true)
    assert.equal(maskSecrets('x'.repeat(100_000)), '…')
  })

  it('does not tell the first half of a secret that was cut off', () => {
    const long = `${'password=hunter2 '.repeat(481)}${JWT.repeat(10)}`
    assert.doesNotMatch(maskSecrets(long), /hunter2|eyJ/u)
  })

  it('is masked whatever it is, and the same when it is masked again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = maskSecrets(text)
        assert.equal(maskSecrets(once), once)
        assert.ok(once.length <= 1024)
        assert.doesNotMatch(once, /[\p{Cc}\u2028\u2029]/u)
      }),
      { numRuns: 5_000 },
    )
  })

  it('does not tell a password, whatever stands around it', () => {
    const around = fc.string({
      unit: fc.constantFrom('a', 'b', ' ', ',', '.', ';', '/', '-', '_', '(', ')', ':'),
      maxLength: 20,
    })
    fc.assert(
      fc.property(around, around, (before, after) => {
        assert.doesNotMatch(maskSecrets(`${before} password=hunter2 ${after}`), /hunter2/u)
        assert.doesNotMatch(maskSecrets(`${before} https://bob:hunter2@x ${after}`), /hunter2/u)
      }),
    )
  })

  it('is masked in a time that grows with its length and no faster', () => {
    const worst = ['a', '://', '"', 'password', 'Bearer ', 'eyJaaaaa.', '-----BEGIN PRIVATE KEY-----', 'a:']
    const startedAt = performance.now()
    for (const unit of worst) maskSecrets(unit.repeat(8192 / unit.length))
    assert.ok(performance.now() - startedAt < 500)
  })
})
