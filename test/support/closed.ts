/** Ends a server of a test, whoever is still connected to it. */
import { once } from 'node:events'
import type { Server } from 'node:http'

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
