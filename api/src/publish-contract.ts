import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { contract } from './compose.ts'

// Writes schema.graphql from the rooms; with --check only says whether the committed one is theirs.
const path = new URL('../../schema.graphql', import.meta.url)
const published = await contract()
if (!process.argv.includes('--check')) {
  writeFileSync(path, published)
}
else if (readFileSync(path, 'utf8') !== published) {
  process.stderr.write('schema.graphql is not what the API makes: run npm run schema and commit the result.\n')
  process.exitCode = 1
}
