import type { Home } from './home.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { failedWith } from './files.ts'
import { occupant, ownedName, plainEnvironment, processQuestions } from './processes.ts'

/** A right to use one running server, which keeps it running. It ends by `end()`, or with this process. */
export interface Lease {
  end: () => Promise<void>
}

/**
 * Waits until the pipe from its owner closes, by `end()` or by the owner's death, even by kill -9.
 * Then it takes the owner's marker away, and those of other dead ones. rmdir succeeds for the last one out only,
 * and from then on nobody can put a marker there: so a server that is about to be stopped is never adopted.
 */
const guardScript = `
trap '' HUP INT QUIT TERM
users=$1 marker=$2 server=$3 data=$4
${processQuestions}
cat >/dev/null
rm -f "$users/$marker"
for other in "$users"/*; do
  name=\${other##*/}
  birth=\${name#*.}
  [ "$(born "\${name%%.*}")" = "\${birth%%.*}" ] || rm -f "$other"
done
rmdir "$users" 2>/dev/null || exit 0
serves "$server" "$data" || exit 0
kill -INT "$server"
tries=0
while serves "$server" "$data"; do
  tries=$((tries + 1))
  [ $tries -eq 2000 ] && kill -QUIT "$server"
  [ $tries -gt 3000 ] && exit 1
  sleep 0.01
done
`

/** For a server of our own that is not yet running: nobody else knows it. */
export async function firstLease(home: Home, server: number): Promise<Lease> {
  const users = join(home.users, String(server))
  await mkdir(users, { mode: 0o700 })
  const marker = await ownedName()
  await writeFile(join(users, marker), '', { flag: 'wx' })
  return guarded(home, server, marker)
}

/** For a server that is running already. Undefined: it has been given up and is about to stop. */
export async function joinLease(home: Home, server: number): Promise<Lease | undefined> {
  const marker = await ownedName()
  // The guard first: a marker whose owner dies without a guard would leave the server running.
  const lease = await guarded(home, server, marker)
  try {
    await writeFile(join(home.users, String(server), marker), '', { flag: 'wx' })
    return lease
  }
  catch (error) {
    await lease.end()
    if (failedWith(error, 'ENOENT'))
      return undefined
    throw error
  }
}

async function guarded(home: Home, server: number, marker: string): Promise<Lease> {
  const guard = spawn('/bin/sh', ['-c', guardScript, 'homeroom-postgres-guard', join(home.users, String(server)), marker, String(server), home.data], {
    // A session of its own: Ctrl-C in our terminal is not meant for it.
    detached: true,
    cwd: '/',
    env: plainEnvironment,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await once(guard, 'spawn')
  const gone = new Promise<number | null>(resolve => guard.once('exit', resolve))
  guard.unref()
  guard.stdin.on('error', () => {})
  return {
    async end() {
      guard.ref()
      guard.stdin.end()
      if (await gone !== 0)
        throw new Error(`PostgreSQL (process ${server}) did not stop in time.`)
    },
  }
}

/** Markers of servers that are no more. */
export async function forgetDeadServers(home: Home): Promise<void> {
  for (const server of await readdir(home.users)) {
    if (await occupant(Number(server), home.data) !== 'our-server')
      await rm(join(home.users, server), { recursive: true, force: true })
  }
}
