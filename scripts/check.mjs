// `npm run check`: everything that must hold besides the tests. Prints a line for each check, and what a failed one said.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { root, withTools } from './build.mjs'

// The slowest first, so that none of them is left alone at the end.
const checks = {
  // In two parts, so that two processors share it: the api's rules ask for types.
  'lint of the api': 'eslint api --max-warnings 0',
  'lint of the rest': 'eslint . --ignore-pattern "api/**" --max-warnings 0',
  'web types': 'vue-tsc --noEmit -p web/tsconfig.json',
  'api types': 'tsc -p api/tsconfig.json',
  'contract is fresh': 'npm run --silent schema -- --check',
  'contract is kept': 'node scripts/contract.mjs',
  'typed documents are fresh': 'graphql-codegen --check',
  'imports': 'depcruise api web/src scripts *.ts *.js --config .dependency-cruiser.mjs',
  'unused code': 'knip --no-progress',
}

const chosen = process.argv.slice(2)
const waiting = Object.entries(checks).filter(([name]) => chosen.length === 0 || chosen.some(word => name.includes(word)))
const total = waiting.length
const failed = []

async function work() {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [name, command] = next
    const started = Date.now()
    const { code, output } = await run(command)
    const seconds = `${((Date.now() - started) / 1000).toFixed(1)} s`
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds})`)
    if (code !== 0) {
      failed.push(name)
      console.log(`\n$ ${command}\n${output.trim()}\n`)
    }
  }
}

function run(command) {
  const child = spawn('sh', ['-c', command], { cwd: root, env: { ...withTools(), FORCE_COLOR: process.stdout.isTTY ? '1' : '0' }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', chunk => output += chunk)
  child.stderr.on('data', chunk => output += chunk)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, output }))
  })
}

await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work))
console.log(failed.length === 0 ? `All ${total} checks hold.` : `${failed.length} of ${total} checks failed: ${failed.join(', ')}.`)
process.exitCode = failed.length === 0 ? 0 : 1
