// `npm run dev`: the API restarts and the page reloads on change; one URL, one Ctrl-C.
import { spawn } from 'node:child_process'
import process from 'node:process'
import { root, withTools } from './build.mjs'
import { oneSignalAtATime } from './signals.mjs'

const url = 'http://localhost:5173'
// The browser talks to Vite, which passes /graphql on: that origin is the one the API must accept and print.
const env = { BASE_URL: url, ...withTools() }

const running = new Set()
let stopping = false

function run(program, args) {
  // A group of its own: a Ctrl-C reaches it once, from us, and not a second time from the terminal.
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  running.add(child)
  child.once('error', error => end(child, error.message))
  child.once('exit', code => end(child, `${program} ended with code ${code}`))
}

function end(child, reason) {
  running.delete(child)
  if (!stopping) {
    process.stderr.write(`${reason}\n`)
    process.exitCode = 1
    stop('SIGTERM')
  }
}

function stop(signal) {
  stopping = true
  for (const child of running)
    child.kill(signal)
}

oneSignalAtATime()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => stop(signal))

run('vite', ['web', '--config', 'web/vite.config.ts', '--logLevel', 'warn', '--strictPort'])
run('tsx', ['watch', '--clear-screen=false', '--tsconfig', 'api/tsconfig.json', 'api/src/main.ts'])
