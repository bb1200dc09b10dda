import type { ChildProcess } from 'node:child_process'
import type { EmbeddedServerOptions } from '../../src/database/embedded/server.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { expect, onTestFinished } from 'vitest'

/** A process of its own that starts or joins a server and can be killed at any moment. */
const ownerScript = `
const { startEmbeddedServer } = await import(${JSON.stringify(new URL('../../src/database/embedded/server.ts', import.meta.url).href)})
// Ctrl-C begins our drain: the database must still be there.
process.on('SIGINT', () => process.send({ said: 'interrupted' }))
const { umask, ...options } = JSON.parse(process.argv[1])
if (umask) process.umask(umask)
try {
  const server = await startEmbeddedServer({ ...options, log: said => process.send({ said }) })
  process.once('message', async () => {
    await server.stop()
    process.disconnect()
  })
  process.send({ url: server.url, dataDir: server.dataDir })
}
catch (error) {
  process.send({ error: error.message })
  process.disconnect()
}
`

export interface OwnerOptions extends Omit<EmbeddedServerOptions, 'log'> {
  umask?: number
}

export interface Owner {
  readonly process: ChildProcess
  readonly url: string
  readonly dataDir: string
  readonly messages: string[]
  said: Launched['said']
  stop: () => Promise<void>
  kill: () => Promise<void>
}

export interface Launched {
  readonly process: ChildProcess
  readonly ready: Promise<Owner>
  /** Resolves once the process has said something like it. */
  said: (words: RegExp) => Promise<void>
}

/** An owner whose start nobody has waited for yet. */
export function launchOwner(options: OwnerOptions): Launched {
  const child = spawn(process.execPath, ['--input-type=module', '-e', ownerScript, '--', JSON.stringify({ settings: { fsync: 'off' }, ...options })], {
    // As a terminal does it: one process group for all that listen to Ctrl-C.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exit = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await exit
  }
  onTestFinished(kill)
  const messages: string[] = []
  const stop = async () => {
    child.send('stop')
    await exit
  }
  const ready = new Promise<Owner>((resolve, reject) => {
    child.on('message', (message: { said?: string, error?: string, url: string, dataDir: string }) => {
      if (message.said)
        messages.push(message.said)
      else if (message.error)
        reject(new Error(message.error))
      else
        resolve({ ...message, messages, process: child, said, stop, kill })
    })
    exit.then(() => reject(new Error('the owner died')), reject)
  })
  // Some tests kill an owner before it is ready.
  ready.catch(() => {})
  const said = async (words: RegExp) => until(`"${words.source}"`, async () => messages.some(message => words.test(message)))
  return { process: child, ready, said }
}

export async function startOwner(options: OwnerOptions): Promise<Owner> {
  return launchOwner(options).ready
}

/** A folder that every account can get to, unlike what mkdtemp makes. It goes away after the test, servers first. */
export async function openFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'homeroom-')))
  await chmod(folder, 0o755)
  onTestFinished(async () => {
    await until(`no server in ${folder}`, async () => (await serversIn(folder)).length === 0)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return folder
}

export async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  }
  finally {
    await client.end()
  }
}

export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 45_000
  while (!await condition()) {
    if (Date.now() > deadline)
      throw new Error(`Waited in vain: ${what}`)
    await pause(10)
  }
}

/** Lets a process that was held with SIGSTOP go on, if it is still there. */
export function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  }
  catch {}
}

export async function answers(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  }
  catch {
    return false
  }
  finally {
    socket.destroy()
  }
}

export async function expectDown(owner: Pick<Owner, 'url' | 'dataDir'>): Promise<void> {
  await until('the server to be gone', async () => (await serversIn(owner.dataDir)).length === 0)
  expect(await answers(owner.url)).toBe(false)
}

/** The pids of all that is a PostgreSQL of that folder, or is about to become one; not of what it forks for a connection, which has its name at first. */
export async function serversIn(folder: string): Promise<number[]> {
  const found = (await processes()).filter(({ command }) => command.includes(` -D ${folder}`) && !command.includes('initdb'))
  return found.filter(({ parent }) => !found.some(({ pid }) => pid === parent)).map(({ pid }) => pid)
}

export async function guardsIn(folder: string): Promise<number[]> {
  return (await processes()).filter(({ command }) => command.includes('homeroom-postgres-guard') && command.includes(folder)).map(({ pid }) => pid)
}

async function processes(): Promise<{ pid: number, parent: number, command: string }[]> {
  const found = await readdir('/proc').catch(() => undefined)
  if (!found) {
    const ps = spawn('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'ppid=', '-o', 'command='])
    const lines = (await ps.stdout.setEncoding('utf8').toArray()).join('').split('\n')
    return lines.map((line) => {
      const [pid, parent] = line.trim().split(/\s+/, 2)
      return { pid: Number(pid), parent: Number(parent), command: line }
    })
  }
  return Promise.all(found.filter(name => /^\d+$/.test(name)).map(async pid => ({
    pid: Number(pid),
    // What stands behind the name, which may hold anything: the state, then the parent.
    parent: Number((await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ').at(-1)!.split(' ')[1]),
    command: (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '),
  })))
}
