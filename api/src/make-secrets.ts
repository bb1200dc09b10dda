// type-graphql's decorators need it when the room below is read.
import 'reflect-metadata'
import { randomBytes } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { newSigningKey } from './platform/identity/room.ts'
import { newSecretKey } from './shared/seal.ts'

/**
 * Fills a folder with what a deployment keeps secret, once: a password and URL for the administrator and each login,
 * the key that signs access tokens, and the one that encrypts secrets at rest. What is there stays as it is. Each service is then given a folder of its own,
 * so that none can read what it does not need. `make-secrets FOLDER [HOST] [DATABASE]`
 */
const [folder, host = 'postgres', database = 'homeroom'] = process.argv.slice(2)
if (!folder) {
  process.stderr.write('Say where: make-secrets FOLDER [HOST] [DATABASE]\n')
  process.exit(1)
}
const shares = {
  api: ['request-url', 'listener-url', 'jwt-private-key.pem', 'secret-key'],
  // It signs webhooks with secrets that the API has sealed.
  worker: ['owner-url', 'request-url', 'listener-url', 'secret-key'],
}
for (const place of [folder, ...Object.keys(shares).map(service => join(folder, service))]) {
  mkdirSync(place, { recursive: true })
  chmodSync(place, 0o755) // each container reads under an account of its own
}

function keep(name: string, make: () => string): void {
  const path = join(folder!, name)
  if (!existsSync(path))
    writeFileSync(path, make(), { mode: 0o644 })
}
const secret = () => randomBytes(24).toString('base64url')
const password = secret()
if (!existsSync(join(folder, 'database-url'))) {
  keep('postgres-password', () => password)
  keep('database-url', () => `postgres://postgres:${password}@${host}/${database}`)
}
for (const login of ['owner', 'request', 'listener'])
  keep(`${login}-url`, () => `postgres://${database}_${login}:${secret()}@${host}/${database}`)
keep('jwt-private-key.pem', newSigningKey)
keep('secret-key', newSecretKey)
for (const [service, names] of Object.entries(shares)) {
  for (const name of names)
    copyFileSync(join(folder, name), join(folder, service, name))
}
