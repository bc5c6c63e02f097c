/** An OpenBao server with raft storage on disk, as the manifests configure it, and the few calls that prepare it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '../../cluster/ports.ts'
import type { Folder } from '../../support/folder.ts'
import { call, expectCall } from './http.ts'
import { programs } from './programs.ts'
import { type ServerProcess, startServer, untilServing } from './server-process.ts'

export interface OpenBao extends AsyncDisposable {
  readonly url: string
  /** Sealed, until {@link unseal}; new and empty at the first start. */
  start(): Promise<void>
  stop(): Promise<void>
  initialise(): Promise<void>
  unseal(): Promise<void>
  seal(): Promise<void>
  /** What EDC expects at `secret/`: a key-value store of version 2. Only a server in development mode has it by itself. */
  mountSecrets(): Promise<void>
  /** Whether whoever holds this token has renewed it. */
  wasRenewed(token: string): Promise<boolean>
  /** The entries of a folder below `secret/`. */
  names(folder: string): Promise<readonly string[]>
  /** A periodic token with the rights of this policy (in OpenBao's policy language) and no others. */
  issueToken(name: string, policy: string): Promise<string>
}

/** Long enough for a participant to be suspended for a month; whoever has the token can renew it. */
const TOKEN_PERIOD = '768h'

/** Started, initialised, unsealed, and with a place for secrets. */
export async function openUnsealedBao(folder: Folder): Promise<OpenBao> {
  const bao = await openBao(folder)
  await bao.start()
  await bao.initialise()
  await bao.unseal()
  await bao.mountSecrets()
  return bao
}

export async function openBao(folder: Folder): Promise<OpenBao> {
  const [port = 0, clusterPort = 0] = await freePorts(2)
  const url = `http://127.0.0.1:${port}`
  const data = join(folder.path, 'openbao')
  await mkdir(data)
  await folder.write({ 'openbao.json': JSON.stringify(settings({ port, clusterPort, data })) })
  const { bao } = programs()
  let server: ServerProcess | undefined
  let keys: { readonly keys_base64: readonly string[]; readonly root_token: string } | undefined

  const headers = (): Record<string, string> => ({ 'x-vault-token': keys?.root_token ?? '' })
  return {
    url,
    async start() {
      server = startServer({ command: [bao, 'server', `-config=${join(folder.path, 'openbao.json')}`] })
      await untilServing(server, 'OpenBao', () =>
        call(`${url}/v1/sys/health?sealedcode=200&uninitcode=200`).then(
          ({ status }) => status === 200,
          () => false,
        ),
      )
    },
    async stop() {
      await server?.stop()
      server = undefined
    },
    async initialise() {
      const shares = { secret_shares: 1, secret_threshold: 1 }
      keys = (await expectCall(200, `${url}/v1/sys/init`, { body: shares })).json
    },
    async unseal() {
      await expectCall(200, `${url}/v1/sys/unseal`, { body: { key: keys?.keys_base64[0] } })
      // The only node has to become leader first.
      if (server === undefined) throw new Error('OpenBao was not started')
      await untilServing(
        server,
        'the leader of OpenBao',
        async () => (await call(`${url}/v1/sys/health`)).status === 200,
      )
    },
    seal: async () =>
      void (await expectCall(204, `${url}/v1/sys/seal`, { method: 'POST', headers: headers() })),
    async mountSecrets() {
      const body = { type: 'kv', options: { version: '2' } }
      await expectCall(204, `${url}/v1/sys/mounts/secret`, { headers: headers(), body })
    },
    async names(name) {
      const path = `${url}/v1/secret/metadata/${name}?list=true`
      return (await expectCall(200, path, { headers: headers() })).json.data.keys
    },
    async wasRenewed(token) {
      const { json } = await expectCall(200, `${url}/v1/auth/token/lookup`, {
        headers: headers(),
        body: { token },
      })
      return json.data.last_renewal !== undefined
    },
    async issueToken(name, policy) {
      await expectCall(204, `${url}/v1/sys/policies/acl/${name}`, {
        method: 'PUT',
        headers: headers(),
        body: { policy },
      })
      const body = { policies: [name], period: TOKEN_PERIOD, no_parent: true, no_default_policy: false }
      const answer = await expectCall(200, `${url}/v1/auth/token/create`, { headers: headers(), body })
      return answer.json.auth.client_token
    },
    async [Symbol.asyncDispose]() {
      await server?.stop()
    },
  }
}

function settings({ port, clusterPort, data }: { port: number; clusterPort: number; data: string }): object {
  return {
    ui: false,
    log_format: 'json',
    api_addr: `http://127.0.0.1:${port}`,
    cluster_addr: `http://127.0.0.1:${clusterPort}`,
    listener: [
      {
        tcp: { address: `127.0.0.1:${port}`, cluster_address: `127.0.0.1:${clusterPort}`, tls_disable: true },
      },
    ],
    storage: { raft: { path: data, node_id: 'vault' } },
  }
}
