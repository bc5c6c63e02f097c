/** A rule nobody has seen fail is a wish: forbidden files are put in place, and the linter must object. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'

async function lint(t: TestContext, folder: string, source: string): Promise<string> {
  const dir = await mkdtemp(join(folder, 'rule-check-'))
  t.after(() => rm(dir, { recursive: true }))
  await writeFile(join(dir, 'forbidden.ts'), source)
  const { status, stdout } = spawnSync('oxlint', [dir], { encoding: 'utf8' })
  assert.equal(status, 1, `oxlint accepted: ${source}`)
  return stdout
}

const exporting = (what: string): string => `export const forbidden: unknown = ${what}\n`

describe('the layers', () => {
  for (const layer of ['model', 'contract', 'crd', 'install', 'manifests', 'plan', 'seed', 'status'])
    it(`keep Node out of src/${layer}`, async (t) => {
      const source = `import { readFileSync } from 'node:fs'\n${exporting('readFileSync')}`
      assert.match(await lint(t, `src/${layer}`, source), /pure layer/)
    })

  it('keep the clock and chance out of the pure layers', async (t) => {
    const source = exporting('[Date.now(), Math.random(), fetch, process]')
    const said = await lint(t, 'src/status', source)
    assert.match(said, /take the time as an argument/)
    assert.match(said, /take randomness as an argument/)
  })

  it('keep the pure layers from calling an adapter, from nested folders too', async (t) => {
    const source = `import { KubeApiError } from '../../kube/errors.ts'\n${exporting('KubeApiError')}`
    assert.match(await lint(t, 'src/plan', source), /pure layer/)
  })

  for (const layer of ['kube', 'edc', 'vault', 'store'])
    it(`keep src/${layer} from calling engines`, async (t) => {
      const source = `import { Observer } from '../../observe/observer.ts'\n${exporting('Observer')}`
      assert.match(await lint(t, `src/${layer}`, source), /adapters never call upwards/)
    })

  it('keep the client of EDC from knowing the cluster, and the cluster from knowing EDC', async (t) => {
    const kube = `import { KubeApiError } from '../../kube/errors.ts'\n${exporting('KubeApiError')}`
    assert.match(await lint(t, 'src/edc', kube), /adapters do not know each other/)
    const edc = `import { EdcError } from '../../edc/errors.ts'\n${exporting('EdcError')}`
    assert.match(await lint(t, 'src/kube', edc), /adapters do not know each other/)
  })

  it('keep engines from knowing HTTP', async (t) => {
    const source = `import { createApp } from '../../http/app.ts'\n${exporting('createApp')}`
    assert.match(await lint(t, 'src/observe', source), /engines know nothing of HTTP/)
  })

  it('keep the HTTP door from fetching its readers', async (t) => {
    const source = `import { KubeApiError } from '../../kube/errors.ts'\n${exporting('KubeApiError')}`
    assert.match(await lint(t, 'src/http', source), /a door is handed/)
  })

  it('keep explain from needing a cluster or a service', async (t) => {
    const source = `import { KubeApiError } from '../../kube/errors.ts'\n${exporting('KubeApiError')}`
    assert.match(await lint(t, 'src/explain', source), /explain needs a dump only/)
  })

  it('keep plan and diff from needing a service', async (t) => {
    const source = `import { Observer } from '../../observe/observer.ts'\n${exporting('Observer')}`
    assert.match(await lint(t, 'src/preview', source), /they need no service/)
  })

  it('keep the doctor from needing an engine', async (t) => {
    const source = `import { Observer } from '../../observe/observer.ts'\n${exporting('Observer')}`
    assert.match(await lint(t, 'src/doctor', source), /the doctor looks at a cluster/)
  })

  it('keep the built-in cluster from sharing code with its client', async (t) => {
    const source = `import { KubeApiError } from '../../kube/errors.ts'\n${exporting('KubeApiError')}`
    assert.match(await lint(t, 'src/simulator', source), /stands for a foreign system/)
    const profiles = `import { edcProfile } from '../../seed/profiles.ts'\n${exporting('edcProfile')}`
    assert.match(await lint(t, 'src/simulator', profiles), /stands for a foreign system/)
  })
})
