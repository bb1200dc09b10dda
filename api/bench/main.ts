// `npm run bench [-- row …] [--tenants 5000] [--effort 2] [--json]`: the figures to hold, each beside its floor in the same run.
import 'reflect-metadata' // first: type-graphql's decorators need it when the rooms are read
import type { Bench } from './bench.ts'
import type { Homeroom } from './harness/homeroom.ts'
import type { Line } from './harness/report.ts'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { stopChildren } from './harness/children.ts'
import { openHomeroom } from './harness/homeroom.ts'
import { machine } from './harness/machine.ts'
import { table } from './harness/report.ts'
import { rows } from './rows/rows.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tenants: { type: 'string', default: '500' }, effort: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
})
const tenants = Number(values.tenants)
const effort = Number(values.effort)
const unknown = positionals.filter(name => !(name in rows))
if (unknown.length > 0 || !(tenants > 10) || !(effort > 0)) {
  process.stderr.write(`usage: npm run bench -- [${Object.keys(rows).join(' ')}] [--tenants more than 10] [--effort a factor, 1 is usual] [--json]\n`)
  process.exit(2)
}

let homeroom: Promise<Homeroom> | undefined
const bench: Bench = {
  homeroom: () => homeroom ??= openHomeroom(),
  tenants,
  rounds: usual => Math.max(3, Math.round(usual * effort)),
}
const lines: Line[] = []
let failed = false
async function stop(): Promise<void> {
  await stopChildren()
  await (await homeroom)?.stop()
}
// Ctrl-C reaches the children too; what they leave behind is ours to clear.
process.once('SIGINT', () => void stop().finally(() => process.exit(130)))

try {
  const where = await machine((await bench.homeroom()).urls.owner)
  for (const [name, measure] of Object.entries(rows)) {
    if (positionals.length > 0 && !positionals.includes(name))
      continue
    const started = performance.now()
    process.stderr.write(`${name} … `)
    try {
      lines.push(...await measure(bench))
      process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0)} s\n`)
    }
    catch (error) {
      failed = true
      process.stderr.write(`failed\n${error instanceof Error ? error.stack : String(error)}\n`)
    }
  }
  // With --json standard output holds the results and nothing else.
  const out = values.json ? process.stderr : process.stdout
  out.write(`\n${where}\n\n${table(lines)}\n`)
  if (values.json)
    process.stdout.write(`${JSON.stringify({ machine: where, lines }, null, 2)}\n`)
}
finally {
  await stop()
}
// A missed target is told, not failed: machines differ, and a figure is read with its machine.
process.exitCode = failed ? 1 : 0
