import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const programs = {
  /** As `tsx` runs it: quick to start, nothing to build. */
  source: { folder: join(root, 'api'), args: ['--import', 'tsx', 'src/main.ts'] },
  /** What `npm start` becomes: builds what is stale, then runs that. */
  built: { folder: root, args: ['scripts/start.mjs'] },
}

export interface Ending { readonly code: number | null, readonly signal: NodeJS.Signals | null }

/** A Homeroom in a process of its own, with nothing but the given environment. */
export interface HomeroomProcess {
  /** Where the API answers. */
  readonly url: string
  readonly stdout: string
  readonly stderr: string
  /** The first line of output that says something like it, once it has been said. Throws where the process ends before. */
  readonly said: (words: RegExp) => Promise<string>
  readonly running: boolean
  readonly ended: Promise<Ending>
  /** Sends a signal to the process and its children, as a terminal does. */
  readonly signal: (name: NodeJS.Signals) => void
  /** Asks it to stop and waits for that. */
  readonly stop: () => Promise<Ending>
  readonly kill: () => Promise<Ending>
}

export type Environment = Readonly<Record<string, string>>

/** Starts a process and does not wait for it to be ready. */
export function launchHomeroom(environment: Environment, program: keyof typeof programs = 'source'): HomeroomProcess {
  const { folder, args } = programs[program]
  const child = spawn(process.execPath, args, {
    cwd: folder,
    // A process group of its own: signals reach all of it and nobody else.
    detached: true,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collect(child)
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }) as Ending)
  const signal = (name: NodeJS.Signals) => {
    if (child.pid && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, name)
  }
  const endWith = (name: NodeJS.Signals) => async () => {
    signal(name)
    return ended
  }
  // A test run that is cut short leaves nothing behind.
  const lastResort = () => signal('SIGKILL')
  process.once('exit', lastResort)
  void ended.then(() => process.off('exit', lastResort))
  onTestFinished(async ({ task }) => {
    await endWith('SIGKILL')()
    if (task.result?.state === 'fail')
      process.stderr.write(`${output.stdout}${output.stderr}`)
  })
  return {
    get url() {
      const [, url] = /^Homeroom is at (\S+)$/m.exec(output.stdout) ?? []
      if (!url)
        throw new Error('This process has not said where it is.')
      return url
    },
    get stdout() { return output.stdout },
    get stderr() { return output.stderr },
    said: words => output.said(words),
    get running() { return child.exitCode === null && child.signalCode === null },
    ended,
    signal,
    stop: endWith('SIGTERM'),
    kill: endWith('SIGKILL'),
  }
}

/** Starts a process and waits until it says that it does its work. */
export async function startHomeroom(environment: Environment, program?: keyof typeof programs): Promise<HomeroomProcess> {
  const homeroom = launchHomeroom(environment, program)
  await homeroom.said(/^Homeroom( is at|'s worker is waiting)/)
  return homeroom
}

function collect(child: ChildProcess) {
  const output = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  let closed = false
  const tell = () => listeners.forEach(listen => listen())
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      tell()
    })
  }
  child.once('close', () => {
    closed = true
    tell()
  })
  return Object.assign(output, {
    said: (words: RegExp) => new Promise<string>((resolve, reject) => {
      const listen = () => {
        const line = `${output.stdout}\n${output.stderr}`.split('\n').find(text => words.test(text))
        if (line === undefined && !closed)
          return
        listeners.delete(listen)
        if (line === undefined)
          reject(new Error(`The process ended without saying ${words}:\n${output.stdout}${output.stderr}`))
        else
          resolve(line)
      }
      listeners.add(listen)
      listen()
    }),
  })
}
