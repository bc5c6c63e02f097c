/** A way to a local port on which every answer takes its time, as over a bad line. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface SlowProxy extends AsyncDisposable {
  readonly port: number
}

/** What the server sends comes `delayMs` later; what is sent to it comes at once. */
export async function openSlowProxy(to: { readonly port: number }, delayMs: number): Promise<SlowProxy> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const proxy = createServer((client) => {
    const server = keep(connect(to.port, '127.0.0.1'))
    keep(client).pipe(server)
    server.on('data', (chunk: Buffer) => void setTimeout(() => client.write(chunk), delayMs))
    server.on('close', () => client.destroy())
    client.on('close', () => server.destroy())
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as AddressInfo
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(proxy, 'close')
      proxy.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
