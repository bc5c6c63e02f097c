/** Load on a loopback address, bounded in connections and time. */
import autocannon from 'autocannon'

export interface Load {
  readonly url: string
  readonly connections: number
  readonly seconds: number
}

/** Requests per second. Throws when anything but 2xx came back. */
export async function requestsPerSecond({ url, connections, seconds }: Load): Promise<number> {
  const result = await autocannon({ url, connections, duration: seconds })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} answers were not 2xx, ${result.errors} failed`)
  return result.requests.average
}
