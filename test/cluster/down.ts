/** `npm run cluster:down`: ends a test cluster that `cluster:up` started, and removes all there is of it. */
import { alone, clear, type NamedCluster, readArguments } from './named.ts'
import { readState } from './state.ts'

try {
  const cluster = readArguments(process.argv.slice(2), 'down')
  await alone(cluster, () => down(cluster))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function down(cluster: NamedCluster): Promise<void> {
  const state = await readState(cluster.dir)
  if (state === undefined) {
    console.log(`there is no cluster "${cluster.name}"`)
    return
  }
  await clear(cluster, state)
  console.log(`cluster "${cluster.name}" is gone`)
}
