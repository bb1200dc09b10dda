import type { ChildProcess } from 'node:child_process'
import type { Binaries } from './binaries.ts'
import type { Home } from './home.ts'
import type { Lease } from './lease.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { textOf } from './files.ts'
import { freePort } from './free-port.ts'
import { firstLease } from './lease.ts'
import { readPostmaster } from './postmaster.ts'
import { plainEnvironment } from './processes.ts'
import { serverArguments, writeSettings } from './settings.ts'

const recoveryPatience = 300_000
const glance = 5
const lastWords = 1_000
const logsToKeep = 5

/** Another start was faster, another program took the port, or old backends of a killed server still hold its memory. */
const passing = /lock file ".*" (?:already exists|is empty)|could not create any TCP\/IP sockets|is still in use/

/** The reason as text where another try may do better. */
export async function launch(home: Home, binaries: Binaries, settings: Record<string, string>): Promise<{ port: number, lease: Lease } | string> {
  await writeSettings(home)
  await removeOldLogs(home)
  const port = await freePort()
  const server = await waitingServer(binaries.postgres, serverArguments(home, port, settings), home)
  const closed = new Promise(resolve => server.once('close', resolve))
  let complaint = ''
  server.stderr?.setEncoding('utf8').on('data', (text: string) => complaint += text)
  const earlier = await newestLog(home)
  const lease = await firstLease(home, Number(server.pid)).catch((error: unknown) => {
    server.stdin?.end()
    throw error
  })
  // Only now, with a guard in place, may it become a server: so none is ever left without one.
  server.stdin?.end('go\n')
  if (await becomesReady(server, home, closed)) {
    server.stderr?.destroy()
    server.unref()
    return { port, lease }
  }
  await lease.end()
  await Promise.race([closed, pause(lastWords)])
  const later = await newestLog(home)
  const reason = `${complaint}${later.startsWith(earlier) ? later.slice(earlier.length) : later}`.trim()
  if (passing.test(reason))
    return reason
  throw new Error(`PostgreSQL did not start on ${home.data}: ${reason || 'it gave no reason'}`)
}

/** A shell that becomes the server, with the same pid, as soon as it is told to; if we die before, it ends. */
async function waitingServer(program: string, args: string[], home: Home): Promise<ChildProcess> {
  const server = spawn('/bin/sh', ['-c', 'read -r go && exec "$@" </dev/null', 'sh', program, ...args], {
    ...home.account.ids,
    // A session of its own: Ctrl-C in our terminal must not reach it before we have drained.
    detached: true,
    cwd: '/',
    env: plainEnvironment,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  server.on('error', () => {})
  server.stdin?.on('error', () => {})
  await once(server, 'spawn')
  return server
}

async function becomesReady(server: ChildProcess, home: Home, closed: Promise<unknown>): Promise<boolean> {
  const deadline = Date.now() + recoveryPatience
  while (server.exitCode === null && server.signalCode === null && Date.now() < deadline) {
    const found = await readPostmaster(home.data)
    if (found?.pid === server.pid && found?.state === 'ready')
      return true
    await Promise.race([closed, pause(glance)])
  }
  return false
}

async function logs(home: Home): Promise<string[]> {
  return (await readdir(home.log)).filter(name => name.endsWith('.log')).sort()
}

async function removeOldLogs(home: Home): Promise<void> {
  for (const name of (await logs(home)).slice(0, -logsToKeep)) await rm(join(home.log, name), { force: true })
}

async function newestLog(home: Home): Promise<string> {
  const newest = (await logs(home)).at(-1)
  return (newest && await textOf(join(home.log, newest))) || ''
}
