/** Which mirror the base of the images comes from. */
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openFolder } from '../../../support/folder.ts'
import { findMirror } from './mirror.ts'

describe("this machine's mirror of Debian", () => {
  it('is read from sources of both styles, without suites of updates', async () => {
    await using lines = await openFolder()
    await mkdir(join(lines.path, 'apt'))
    await lines.write({
      'os-release': 'VERSION_CODENAME=bookworm\n',
      'apt/sources.list': `# a comment
deb http://mirror.example/security bookworm-security main
deb https://packages.example/tools stable main
deb [signed-by=/key] http://mirror.example/debian bookworm main contrib
`,
    })
    assert.deepEqual(findMirror(lines.path), { url: 'http://mirror.example/debian', suite: 'bookworm' })

    await using stanzas = await openFolder()
    await mkdir(join(stanzas.path, 'apt/sources.list.d'), { recursive: true })
    await stanzas.write({
      'os-release': 'ID=debian\nVERSION_CODENAME=trixie\n',
      'apt/sources.list.d/debian.sources': `Types: deb
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main
Signed-By: /key
`,
    })
    assert.deepEqual(findMirror(stanzas.path), { url: 'http://mirror.example/debian', suite: 'trixie' })
  })

  it('is missed in a sentence', async () => {
    await using folder = await openFolder()
    await folder.write({ 'os-release': 'VERSION_CODENAME=trixie\n' })
    assert.throws(() => findMirror(folder.path), /none of its sources in .* names the release trixie/u)
  })
})
