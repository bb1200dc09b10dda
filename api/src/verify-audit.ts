// type-graphql's decorators need it when the room below is read.
import 'reflect-metadata'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { destination } from 'pino'
import { z } from 'zod'
import { environment, loadConfig } from './config.ts'
import { openDatabase } from './database/open-database.ts'
import { withClient } from './database/with-client.ts'
import { verifyAudit } from './platform/audit/room.ts'
import { createLog } from './shared/log.ts'
import { explainStart } from './start-error.ts'

const heads = z.array(z.object({ chain: z.uuid(), sequence: z.string().regex(/^\d+$/), hash: z.string().regex(/^[0-9a-f]{64}$/) }))

/**
 * Recomputes the hashes of the audit record and prints where each chain stands, as JSON. Given a file with an earlier
 * print, it also tells whether a chain was cut short or written anew since. `verify-audit [FILE]`
 */
async function main(): Promise<void> {
  const config = loadConfig(environment())
  const [file] = process.argv.slice(2)
  const kept = file ? heads.parse(JSON.parse(readFileSync(file, 'utf8'))) : []
  // What is printed is the answer; what is logged goes beside it.
  const database = await openDatabase(config, createLog(config.logLevel, destination(2)))
  try {
    const { owner } = database.urls
    if (!owner)
      throw new Error('Verifying the audit record needs the owner: give OWNER_DATABASE_URL or DATABASE_URL.')
    const { broken, lost, heads: now } = await withClient(owner, client => verifyAudit(client, kept))
    process.stdout.write(`${JSON.stringify(now, null, 2)}\n`)
    for (const { chain, sequence } of broken)
      process.stderr.write(`Chain ${chain}: event ${sequence} does not follow from the one before it.\n`)
    for (const { chain, sequence } of lost)
      process.stderr.write(`Chain ${chain}: event ${sequence}, kept from earlier, is gone or another.\n`)
    process.stderr.write(broken.length + lost.length === 0 ? `The audit record holds: ${now.length} chains.\n` : 'The audit record does not hold.\n')
    process.exitCode = broken.length + lost.length === 0 ? 0 : 2
  }
  finally {
    await database.stop()
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${explainStart(error)}\n`)
  process.exit(1)
})
