import type { Binaries } from './binaries.ts'
import type { Home } from './home.ts'
import type { Lease } from './lease.ts'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { failedWith } from './files.ts'
import { launch } from './launch.ts'
import { joinLease } from './lease.ts'
import { readPostmaster, setAside } from './postmaster.ts'
import { occupant } from './processes.ts'

const patience = 120_000
const glance = 20
/** A server that was given up gets its signal at once, unless the one that gave it up was killed in that moment. */
const signalPatience = 2_000

/** Joins the server that runs on this data, or starts one. Whoever comes at the same time ends with the same one. */
export async function useServer(home: Home, binaries: Binaries, settings: Record<string, string>, log: (message: string) => void): Promise<{ port: number, lease: Lease }> {
  const deadline = Date.now() + patience
  let emptyUntil = Infinity
  const givenUp = new Map<number, number>()
  const said = new Set<string>()
  const say = (message: string): void => {
    if (!said.has(message))
      log(message)
    said.add(message)
  }
  let trouble = 'it neither starts nor stops'
  do {
    const found = await readPostmaster(home.data)
    const who = found ? await occupant(found.pid, home.data) : 'nobody'
    if (found && who === 'our-server') {
      const lease = found.state === 'ready' ? await joinLease(home, found.pid) : undefined
      if (lease) {
        log(`Joined the PostgreSQL ${binaries.version} that runs on 127.0.0.1:${found.port}`)
        return { port: found.port, lease }
      }
      say(`Waiting for PostgreSQL (process ${found.pid}), which is ${found.state === 'ready' ? 'about to stop' : found.state}`)
      if (found.state === 'ready')
        signalIfForgotten(found.pid, givenUp, log)
    }
    else {
      if (who === 'somebody' || Date.now() > emptyUntil)
        await setAside(home, found?.pid)
      const launched = await launch(home, binaries, settings)
      if (typeof launched !== 'string') {
        log(`Started PostgreSQL ${binaries.version} on 127.0.0.1:${launched.port}`)
        return launched
      }
      trouble = launched
      // Empty is how a server begins it, and how a crash of the machine in that moment leaves it.
      emptyUntil = !trouble.includes('is empty') ? Infinity : Math.min(emptyUntil, Date.now() + signalPatience)
      say(`PostgreSQL cannot start yet: ${trouble.split('\n')[0]}`)
    }
    await pause(glance)
  } while (Date.now() < deadline)
  throw new Error(`PostgreSQL on ${home.data} did not become ready in ${patience / 1000} s: ${trouble}`)
}

function signalIfForgotten(pid: number, givenUp: Map<number, number>, log: (message: string) => void): void {
  const since = givenUp.get(pid) ?? Date.now()
  givenUp.set(pid, since)
  if (Date.now() - since < signalPatience)
    return
  log(`Stopping PostgreSQL (process ${pid}), which nobody uses, to start it anew`)
  givenUp.delete(pid)
  try {
    process.kill(pid, 'SIGINT')
  }
  catch (error) {
    if (!failedWith(error, 'ESRCH'))
      throw error
  }
}
