import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)
/** What a process has compiled the next one need not: a third of its start. */
const compiled = join(root, 'node_modules/.cache/compiled')

const programs = {
  /** What runs in production. */
  main: 'api/dist/src/main.js',
  superadmin: 'api/dist/src/superadmin.js',
  /** What `npm start` becomes: builds what is stale, the web client too, then runs that. */
  start: 'scripts/start.mjs',
}

/** Tests that run at the same time must bring their own: the global hook does not know whose it is. */
export type OnFinished = typeof onTestFinished

interface LaunchOptions {
  readonly program?: keyof typeof programs
  readonly onFinished?: OnFinished
  /** What stands behind the program's name. */
  readonly args?: readonly string[]
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

let built: Promise<unknown> | undefined

/** Once for each test file; where nothing has changed it takes no time. Files that run at once wait for each other. */
async function build(): Promise<void> {
  const client = new pg.Client({ connectionString: inject('adminUrl') })
  await client.connect()
  await client.query('select pg_advisory_lock(hashtext(\'build\'))')
  await run(process.execPath, ['scripts/build.mjs', 'api'], { cwd: root })
  await client.end()
}

/** Starts a process and does not wait for it to be ready. */
export async function launchHomeroom(environment: Environment, { program = 'main', onFinished = onTestFinished, args = [] }: LaunchOptions = {}): Promise<HomeroomProcess> {
  await (built ??= build())
  const child = spawn(process.execPath, [programs[program], ...args], {
    cwd: root,
    // A process group of its own: signals reach all of it and nobody else.
    detached: true,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', NODE_COMPILE_CACHE: compiled, ...environment },
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
  onFinished(async ({ task }) => {
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
export async function startHomeroom(environment: Environment, options?: LaunchOptions): Promise<HomeroomProcess> {
  const homeroom = await launchHomeroom(environment, options)
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
