/** The Gateway API's own CRDs, from its Go module: downloaded once into Go's cache, and checked against `gateway-api/go.sum`. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import type { KubeObject } from '../../src/model/kubernetes.ts'
import { goEnvironment } from './build.ts'

const run = promisify(execFile)

/** A module of its own, so that its requirements do not move those of the binaries. */
const moduleDir = join(import.meta.dirname, 'gateway-api')
const MODULE = 'sigs.k8s.io/gateway-api'

/** What routes need; each definition costs the API server time at every start. */
const PLURALS = ['gatewayclasses', 'gateways', 'httproutes']

/** Of the standard channel. */
export async function gatewayCrds(): Promise<readonly KubeObject[]> {
  const { stdout } = await run('go', ['mod', 'download', '-json', MODULE], {
    cwd: moduleDir,
    env: goEnvironment(),
  })
  const { Dir } = JSON.parse(stdout) as { readonly Dir: string }
  return await Promise.all(
    PLURALS.map(async (plural) => {
      const file = join(Dir, 'config', 'crd', 'standard', `gateway.networking.k8s.io_${plural}.yaml`)
      return parse(await readFile(file, 'utf8')) as KubeObject
    }),
  )
}
