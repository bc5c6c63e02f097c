/** `npm ci` refuses a lock file that does not list the packages of every platform, and some registries lack a few of them. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'

interface LockedPackage {
  readonly version?: string
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
  packages: Readonly<Record<string, LockedPackage>>
}

describe('the lock file', () => {
  it('lists the packages of all platforms, so that npm ci accepts it everywhere', () => {
    const wanted = Object.values(packages).flatMap((each) => Object.keys(each.optionalDependencies ?? {}))
    assert.ok(wanted.length > 20)
    const missing = wanted.filter((name) => packages[`node_modules/${name}`]?.version === undefined)
    assert.deepEqual(missing, [])
  })

  it('names no registry', () => {
    const named = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)
    assert.deepEqual(named, [])
  })
})
