import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { contract, webhooksPage } from './compose.ts'
import { errorsPage } from './shared/error-codes.ts'

// Writes what is published of the contract from the code; with --check only says whether what is committed is that.
const published = { 'schema.graphql': await contract(), 'docs/developers/errors.md': errorsPage(), 'docs/developers/webhooks.md': webhooksPage() }
const check = process.argv.includes('--check')
for (const [name, text] of Object.entries(published)) {
  const path = new URL(`../../${name}`, import.meta.url)
  if (!check) {
    writeFileSync(path, text)
  }
  else if (readFileSync(path, 'utf8') !== text) {
    process.stderr.write(`${name} is not what the code makes: run npm run schema and commit the result.\n`)
    process.exitCode = 1
  }
}
