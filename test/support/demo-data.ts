/** The demo data of the repository, as its files hold it. */
import { readFileSync } from 'node:fs'
import { readSeed, type SeedData, type SeedText } from '../../src/seed/seed-data.ts'

export const DEMO_FILES: readonly SeedText[] = ['assets', 'policies', 'contract-definitions'].map((name) => ({
  path: `seed/${name}.json`,
  text: readFileSync(new URL(`../../seed/${name}.json`, import.meta.url), 'utf8'),
}))

export function demoData(): SeedData {
  return readSeed(DEMO_FILES, [])
}
