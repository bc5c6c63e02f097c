import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { anAnswer } from '../../test/support/answer-records.ts'
import { eventually } from '../../test/support/eventually.ts'
import { openFolder } from '../../test/support/folder.ts'
import { RecordedLog } from '../../test/support/recorded-log.ts'
import { openRedisServer } from '../../test/support/redis-server.ts'
import { canSelfSign, selfSigned } from '../../test/support/self-signed.ts'
import { openStore } from './open-store.ts'

/** Prints whether the client of Redis was loaded, in a process of its own. */
const PROBE = `
  import { createRequire } from 'node:module'
  import { openStore } from './src/store/open-store.ts'
  const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('/ioredis/'))
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const open = (choice) => openStore(choice, { log, random: () => 0 })
  await (await open({ kind: 'memory' })).store[Symbol.asyncDispose]()
  const before = loaded()
  const address = { host: '127.0.0.1', port: 1, database: 0, tls: false, prefix: '' }
  await (await open({ kind: 'redis', address })).store[Symbol.asyncDispose]()
  process.stdout.write(JSON.stringify([before, loaded()]))
`

describe('the client of Redis', () => {
  it('is loaded only by who asks for Redis', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', PROBE], {
      encoding: 'utf8',
    })
    assert.deepEqual(JSON.parse(stdout || '"nothing"'), [false, true], stderr)
  })

  it(
    'talks TLS to rediss://, and only to a server whose certificate it can trust',
    {
      skip: !canSelfSign() && 'openssl is not installed',
    },
    async () => {
      await using folder = await openFolder()
      const { key, cert } = await selfSigned('redis')
      await folder.write({ 'key.pem': key, 'cert.pem': cert })
      await using server = await openRedisServer({
        tls: { key: `${folder.path}/key.pem`, cert: `${folder.path}/cert.pem` },
      })
      const log = new RecordedLog()
      const address = { host: '127.0.0.1', port: server.tlsPort, database: 0, tls: true, prefix: 'tls:' }
      const { store, past } = await openStore(
        { kind: 'redis', address },
        { log, random: () => 0.5, tuning: { beatMs: 20, recallMs: 500 } },
      )
      await using _store = store
      await store.put(anAnswer('acme'))
      past?.settle(() => 1)
      const warning = await eventually(() => log.lines.find(({ level }) => level === 'warn'), {
        what: 'a warning',
      })
      assert.match(String(warning.fields['why']), /self.signed certificate/u)
      assert.deepEqual(await server.client.keys('*'), [])
    },
  )
})
