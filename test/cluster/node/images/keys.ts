/** What tells one state of an image's inputs from another: names, modes and contents, never times. */
import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Recipe } from './recipes.ts'

/** By name, in the order of the recipes: the key of an image changes with those it stands on. */
export async function keysOf(recipes: readonly Recipe[]): Promise<ReadonlyMap<string, string>> {
  const keys = new Map<string, string>()
  for (const recipe of recipes) keys.set(recipe.name, await keyOf(recipe, keys))
  return keys
}

async function keyOf(recipe: Recipe, keys: ReadonlyMap<string, string>): Promise<string> {
  const { dockerfile, context, bases, args, inputs } = recipe
  const hash = createHash('sha256')
  const standsOn = Object.entries(bases).map(([argument, name]) => [argument, keys.get(name)])
  const texts =
    typeof context === 'string' ? [] : Object.values(context).filter((value) => typeof value !== 'string')
  hash.update(JSON.stringify([await readFile(dockerfile, 'utf8'), standsOn, args, texts]))
  for (const input of inputs) await add(hash, input)
  return hash.digest('hex').slice(0, 16)
}

async function add(hash: Hash, path: string): Promise<void> {
  const status = await stat(path)
  if (status.isDirectory()) {
    for (const name of (await readdir(path)).toSorted()) {
      hash.update(`${name}\n`)
      await add(hash, join(path, name))
    }
    return
  }
  hash.update(`${status.mode} ${status.size}\n`)
  const stream = createReadStream(path)
  stream.on('data', (chunk) => hash.update(chunk))
  await once(stream, 'end')
}
