import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'

export interface Child {
  /** What the line that was waited for says after `said`. */
  readonly word: string
  /** SIGTERM, as a supervisor would; resolves when it is gone. */
  stop: () => Promise<void>
}

const running = new Set<ChildProcess>()

/** Starts a program on this Node as its own process and waits for the line in which it says that it is ready. */
export async function startChild(args: readonly string[], env: Readonly<Record<string, string>>, said: string): Promise<Child> {
  const child = spawn(process.execPath, args, { env: { ...withoutOurs(), ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const word = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith(said))
        resolve(line.slice(said.length).trim())
      else
        process.stderr.write(`${line}\n`)
    })
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`${args.at(-1)} ended with code ${code} before it was ready.`)))
  })
  return { word, stop: () => stop(child) }
}

/** Ends what a row that failed has left running. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...running].map(stop))
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null)
    return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

/** tsx, which runs the bench, must not slow down what is measured. */
function withoutOurs(): Record<string, string | undefined> {
  const { NODE_OPTIONS: _, ...rest } = process.env
  return rest
}
