import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import process from 'node:process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What our child processes see: nothing of ours, and dates and messages always alike. */
export const plainEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' }

/**
 * Shell functions, so that this process and the guards judge a process by the same words.
 * born: when it started, as a word for a file name; nothing for a dead one. A reused pid has another birth.
 * command_line: nothing for a dead one.
 */
export const processQuestions = `
born() {
  if [ -e /proc/self/stat ]; then
    fields=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    set -- \${fields##*) }
    case $1 in Z|X) ;; *) echo "\${20}" ;; esac
  else
    set -- $(ps -o state= -o lstart= -p "$1" 2>/dev/null)
    case $1 in Z*|'') ;; *) shift; echo "$*" | tr -c 'A-Za-z0-9\\n' '-' ;; esac
  fi
}
command_line() {
  if [ -e /proc/self/cmdline ]; then
    { tr '\\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null
  else
    ps -ww -o command= -p "$1" 2>/dev/null
  fi
}
serves() { case "$(command_line "$1") " in *" -D $2 "*) return 0 ;; esac; return 1; }
`

async function ask(question: 'born' | 'command_line', pid: string): Promise<string> {
  const { stdout } = await run('/bin/sh', ['-c', `${processQuestions}\n${question} "$1" || true`, 'sh', pid], { env: plainEnvironment })
  return stdout.trim()
}

let ownBirth: Promise<string> | undefined

/** A name for a file or folder of this process, from which anyone can tell whether its owner still lives. */
export async function ownedName(): Promise<string> {
  ownBirth ??= ask('born', String(process.pid))
  return `${process.pid}.${await ownBirth}.${randomBytes(4).toString('hex')}`
}

export async function ownerLives(name: string): Promise<boolean> {
  const [pid = '', birth] = name.split('.')
  return await ask('born', pid) === birth
}

export type Occupant = 'nobody' | 'our-server' | 'some-postgres' | 'somebody'

/** Who has the pid that a postmaster.pid of this data folder names. */
export async function occupant(pid: number, data: string): Promise<Occupant> {
  const command = await ask('command_line', String(pid))
  if (!command)
    return 'nobody'
  if (`${command} `.includes(` -D ${data} `))
    return 'our-server'
  return /^(?:\S*\/)?postgres[: ]/.test(command) ? 'some-postgres' : 'somebody'
}
