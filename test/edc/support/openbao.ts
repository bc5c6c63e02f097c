/** An OpenBao server with raft storage on disk, as the manifests configure it; and what tests look up in it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '../../cluster/ports.ts'
import type { Folder } from '../../support/folder.ts'
import { call, expectCall } from './http.ts'
import { programs } from './programs.ts'
import { type ServerProcess, startServer, untilServing } from './server-process.ts'

export interface OpenBao extends AsyncDisposable {
  readonly url: string
  /** Sealed; new and empty at the first start. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Not started. */
export async function openBao(folder: Folder): Promise<OpenBao> {
  const [port = 0, clusterPort = 0] = await freePorts(2)
  const url = `http://127.0.0.1:${port}`
  const data = join(folder.path, 'openbao')
  await mkdir(data)
  await folder.write({ 'openbao.json': JSON.stringify(settings({ port, clusterPort, data })) })
  const { bao } = programs()
  let server: ServerProcess | undefined
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
    async [Symbol.asyncDispose]() {
      await server?.stop()
    },
  }
}

export async function seal(url: string, rootToken: string): Promise<void> {
  await expectCall(204, `${url}/v1/sys/seal`, { method: 'POST', headers: { 'x-vault-token': rootToken } })
}

/** Whether whoever holds this token has renewed it. */
export async function wasRenewed(url: string, rootToken: string, token: string): Promise<boolean> {
  const headers = { 'x-vault-token': rootToken }
  const { json } = await expectCall(200, `${url}/v1/auth/token/lookup`, { headers, body: { token } })
  return json.data.last_renewal !== undefined
}

/** The entries of a folder below `secret/`. */
export async function namesIn(url: string, rootToken: string, folder: string): Promise<readonly string[]> {
  const path = `${url}/v1/secret/metadata/${folder}?list=true`
  return (await expectCall(200, path, { headers: { 'x-vault-token': rootToken } })).json.data.keys
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
