// Builds what its sources have outgrown: `node scripts/build.mjs [api] [web] [--force]`.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const always = ['package-lock.json', 'tsconfig.base.json']
const parts = {
  api: {
    sources: ['api/{src,migrations}/**', 'api/package.json', 'api/tsconfig*.json'],
    proof: 'api/dist/src/main.js',
    command: ['tsc', '-p', 'api/tsconfig.build.json'],
  },
  web: {
    sources: ['web/{src,public,docs}/**', 'web/*.{html,ts,json}', 'docs/developers/**', 'examples/**', 'schema.graphql'],
    proof: 'web/dist/index.html',
    command: ['npm', 'run', 'build', '--silent', '-w', 'web', '--', '--logLevel', 'warn'],
  },
}

/** Builds the parts that are stale, and answers false when one of them could not be built. */
export async function build(names = Object.keys(parts), { force = false } = {}) {
  const stale = names.filter(name => force || !isFresh(name))
  const built = await Promise.all(stale.map(buildPart))
  return built.every(Boolean)
}

async function buildPart(name) {
  const { command, proof } = parts[name]
  const started = Date.now()
  // Taken before the build: a change made during it counts as the next one.
  const fingerprint = fingerprintOf(name)
  process.stderr.write(`Building ${name} …\n`)
  // Files of sources that are gone would stay, migrations among them.
  rmSync(join(root, name, 'dist'), { recursive: true, force: true })
  if (!await succeeds(command))
    return false
  if (!existsSync(join(root, proof)))
    throw new Error(`The build of ${name} left no ${proof}`)
  writeFileSync(stampOf(name), fingerprint)
  process.stderr.write(`Built ${name} in ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
  return true
}

function isFresh(name) {
  const stamp = stampOf(name)
  return existsSync(join(root, parts[name].proof)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprintOf(name)
}

function stampOf(name) {
  return join(root, name, 'dist/.built-from')
}

/** By content, not by time: a fresh checkout of the same sources needs no build. */
function fingerprintOf(name) {
  const hash = createHash('sha256')
  const files = globSync([...always, ...parts[name].sources], { cwd: root, exclude: ['**/*.test.ts'] })
  for (const file of files.sort()) {
    const path = join(root, file)
    if (statSync(path).isFile())
      hash.update(file).update('\0').update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

function succeeds([program, ...args]) {
  const child = spawn(program, args, { cwd: root, env: withTools(), stdio: ['ignore', 2, 2] })
  const stop = () => child.kill()
  process.once('exit', stop)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      process.off('exit', stop)
      resolve(code === 0)
    })
  })
}

/** The environment with this project's tools first, its own Node among them, also without npm in front. */
export function withTools() {
  return { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2).filter(name => name in parts)
  const done = await build(names.length > 0 ? names : undefined, { force: process.argv.includes('--force') })
  process.exitCode = done ? 0 : 1
}
