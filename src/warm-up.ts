/** Loads every command without starting any, so that the compile cache of an image (NODE_COMPILE_CACHE) holds them all. */
import { flushCompileCache, getCompileCacheDir } from 'node:module'

await import('./serve.ts')
await import('./explain/command.ts')
await import('./doctor/main.ts')
await import('./preview/main.ts')
flushCompileCache()
process.stdout.write(`compiled into ${getCompileCacheDir() ?? 'nothing: NODE_COMPILE_CACHE is not set'}\n`)
