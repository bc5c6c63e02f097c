#!/usr/bin/env node
/** The process: which command. Each is loaded when it is asked for, so that `explain` needs nothing of `serve`. */

const [command, ...args] = process.argv.slice(2)

if (command === 'explain') {
  const { explain } = await import('./explain/command.ts')
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough, such as `head`, is no fault.
    if (error.code !== 'EPIPE') throw error
  })
  process.exitCode = await explain(args, {
    stdin: process.stdin,
    print: (text) => process.stdout.write(text),
    warn: (text) => process.stderr.write(text),
    now: Date.now,
  })
} else if (command === 'plan' || command === 'diff') {
  const { runPreview } = await import('./preview/main.ts')
  process.exitCode = await runPreview(command, args)
} else if (command === 'doctor') {
  const { runDoctor } = await import('./doctor/main.ts')
  process.exitCode = await runDoctor(args)
} else {
  const { serve } = await import('./serve.ts')
  await serve(process.argv.slice(2))
}
