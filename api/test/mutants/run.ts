// `npm run mutants [-- --open | word …]`: takes out one guard after the other in a copy of the tree and asks whether the tests notice.
import type { Guard } from './guard.ts'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { guards } from './guards.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const bin = join(root, 'node_modules/.bin')
const page = join(root, 'docs/mutants.md')
const say = (line: string) => void process.stdout.write(`${line}\n`)

type Outcome
  /** Tests that passed before have failed. */
  = | { readonly kind: 'caught' }
    | { readonly kind: 'survived' }
  /** It says nothing about the guard: the patch does not apply, the code does not compile, or no test ran. */
    | { readonly kind: 'error', readonly why: string }

interface Result { readonly guard: Guard, readonly outcome: Outcome }

function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'homeroom-mutants-'))
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
  // One that was deleted and not yet committed is still on the list.
  for (const file of files.filter(file => existsSync(join(root, file)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(root, file), join(copy, file))
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** Swaps the guard for its absence; the answer puts it back. */
function patch(copy: string, { file, guard, without }: Guard): () => void {
  const path = join(copy, 'api', file)
  const source = readFileSync(path, 'utf8')
  const places = source.split(guard).length - 1
  if (places !== 1)
    throw new Error(`its text is ${places === 0 ? 'not there' : `there ${places} times`}`)
  writeFileSync(path, source.replace(guard, () => without))
  return () => writeFileSync(path, source)
}

function compiles(copy: string): boolean {
  const { status } = spawnSync(join(bin, 'tsc'), ['-p', 'api', '--noEmit', '--incremental', '--tsBuildInfoFile', join(copy, 'types.json')], { cwd: copy, stdio: 'ignore' })
  return status === 0
}

/** How many of these test files' tests pass, and which fail; a file that does not load is neither. */
function runTests(copy: string, files: readonly string[]): { passed: number, failed: readonly string[], unloaded: number } {
  const report = join(copy, 'report.json')
  rmSync(report, { force: true })
  spawnSync(join(bin, 'vitest'), ['run', '--project', 'api*', '--bail', '1', '--reporter=json', `--outputFile=${report}`, ...files.map(file => `api/${file}`)], {
    cwd: copy,
    stdio: 'ignore',
    timeout: 10 * 60_000,
    // Nothing of ours is read from the environment; what is there must not decide which tools run.
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, CI: 'true' },
  })
  const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as { numPassedTests: number, testResults: { name: string, status: string, assertionResults: { status: string, fullName: string }[] }[] }
  const red = testResults.filter(({ status }) => status === 'failed')
  // Tests that could not begin, because what they stand on was refused, have failed; a file without any has not loaded.
  const unloaded = red.filter(({ assertionResults }) => assertionResults.length === 0).length
  const failed = red.flatMap(({ name, assertionResults }) => assertionResults.length > 0 ? [name, ...assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)] : [])
  return { passed: numPassedTests, failed, unloaded }
}

function judge(copy: string, guard: Guard): Outcome {
  let restore: () => void
  try {
    restore = patch(copy, guard)
  }
  catch (error) {
    return { kind: 'error', why: `the patch does not apply: ${(error as Error).message}` }
  }
  try {
    if (!compiles(copy))
      return { kind: 'error', why: 'it does not compile' }
    const { failed, unloaded } = runTests(copy, guard.tests)
    if (failed.length > 0)
      return { kind: 'caught' }
    return unloaded > 0 ? { kind: 'error', why: 'a test file did not load' } : { kind: 'survived' }
  }
  finally {
    restore()
  }
}

function words({ outcome }: Result): string {
  switch (outcome.kind) {
    case 'caught': return 'caught'
    case 'survived': return 'SURVIVED'
    case 'error': return `ERROR: ${outcome.why}`
  }
}

function main(): void {
  const wanted = process.argv.slice(2)
  const caughtBefore = wanted.includes('--open') ? readFileSync(page, 'utf8') : ''
  const chosen = guards.filter(({ name }) => wanted.length === 0 || wanted.some(word => name.includes(word))
    || (caughtBefore !== '' && !caughtBefore.split('\n').some(row => row.startsWith(`| ${name} | `) && row.includes(' | caught | '))))
  const copy = copyTree()
  try {
    const files = [...new Set(chosen.flatMap(({ tests }) => tests))]
    say(`The tests as they are: ${files.length} files …`)
    const before = compiles(copy) ? runTests(copy, files) : { passed: 0, failed: ['compiling'], unloaded: 0 }
    if (before.failed.length + before.unloaded > 0 || before.passed === 0)
      throw new Error(`The tests must pass before a guard is taken out: ${before.failed.join(', ')}`)
    const results: Result[] = []
    for (const guard of chosen) {
      const result = { guard, outcome: judge(copy, guard) }
      results.push(result)
      writeFileSync(page, report(results))
      say(`${String(results.length).padStart(3)}/${chosen.length} ${words(result).padEnd(10)} ${guard.name}`)
    }
    const caught = results.filter(({ outcome }) => outcome.kind === 'caught').length
    const line = `${caught} of ${results.length} guards caught.`
    say(line)
    process.exitCode = caught === results.length ? 0 : 1
  }
  finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Every guard with what its last run said: those just run, and the others as they stand on the page. */
function report(results: readonly Result[]): string {
  const today = new Date().toISOString().slice(0, 10)
  const before = new Map(readFileSync(page, 'utf8').split('\n').filter(line => line.startsWith('| ')).map(line => [line.split(' | ', 1)[0]!.slice(2), line]))
  const now = new Map(results.map(result => [result.guard.name, `| ${result.guard.name} | \`${result.guard.file}\` | ${words(result)} | ${today} |`]))
  const rows = guards.map(({ name, file }) => now.get(name) ?? before.get(name) ?? `| ${name} | \`${file}\` | not run yet | |`)
  const caught = rows.filter(row => row.includes(' | caught | ')).length
  return `# Guards taken out, one at a time

\`npm run mutants\` takes each of these guards out in a copy of the tree, compiles it, and runs the tests that should go red. With words behind \`--\` it runs the guards whose names hold one of them, with \`--open\` those not caught yet, and changes their lines only. Node ${process.versions.node}, ${availableParallelism()} processors.

**${caught} of ${rows.length} guards caught.**

| guard | file | result | last run |
|---|---|---|---|
${rows.join('\n')}
`
}

main()
